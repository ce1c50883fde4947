package io.fleetinstaller.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * State as format 1 has it, word for word. These files are never edited: a daemon that is taken
 * back must read what the one after it wrote.
 */
public final class Frozen {
  private Frozen() {}

  public static byte[] bytes(String name) throws IOException {
    try (InputStream in = Frozen.class.getResourceAsStream("/formats/1/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  /** Puts the file into this folder. */
  public static Path copy(String name, Path folder) throws IOException {
    Files.createDirectories(folder);
    return Files.write(folder.resolve(name), bytes(name));
  }

  /** The document without regard to the order of its keys. */
  public static Map<String, ?> tree(byte[] json) throws Exception {
    return Document.json("frozen", json).tree();
  }
}
