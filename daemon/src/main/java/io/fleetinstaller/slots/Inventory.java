package io.fleetinstaller.slots;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.EntryPath.Unsafe;
import io.fleetinstaller.toc.Toc;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What whole slots hold, by what they say themselves: nothing is hashed, so whoever uses a piece
 * has to. Immutable.
 */
public final class Inventory {
  private final Map<Digest, Held> files = new HashMap<>();
  private final Map<Digest, Held> chunks = new HashMap<>();

  /**
   * Where some bytes are said to lie.
   *
   * @param offset of the first of them in the file
   */
  public record Held(Path file, long offset, long length) {}

  private Inventory() {}

  /** What there is in these slots; what they say that makes no sense is passed over. */
  static Inventory of(List<Slot> slots) {
    Inventory inventory = new Inventory();
    for (Slot slot : slots) {
      inventory.contents(slot.path());
      new Seal(slot.path()).tables().forEach(toc -> inventory.chunks(slot.path(), toc));
    }
    return inventory;
  }

  /** The same without these files, which turned out to hold something else. */
  Inventory without(Set<Path> rotten) {
    Inventory sound = new Inventory();
    sound.files.putAll(files);
    sound.chunks.putAll(chunks);
    sound.files.values().removeIf(held -> rotten.contains(held.file()));
    sound.chunks.values().removeIf(held -> rotten.contains(held.file()));
    return sound;
  }

  /** A whole file of this content. */
  public Optional<Held> file(Digest digest, long size) {
    return Optional.ofNullable(files.get(digest)).filter(held -> held.length() == size);
  }

  /** A piece of a file, or a whole one, that has these bytes. */
  public Optional<Held> chunk(Digest digest, long length) {
    return Optional.ofNullable(chunks.get(digest))
        .filter(held -> held.length() == length)
        .or(() -> file(digest, length));
  }

  private void contents(Path slot) {
    try (BufferedReader lines = Files.newBufferedReader(new Seal(slot).file(Seal.CONTENTS));
        Stream<String> all = lines.lines()) {
      all.flatMap(line -> Item.of(line).stream())
          .filter(item -> item.type() == Item.Type.FILE && item.size() > 0)
          .forEach(item ->
              files.putIfAbsent(
                  Digest.parse("sha256:" + item.digest()),
                  new Held(slot.resolve(item.path()), 0, item.size())));
    } catch (IOException | java.io.UncheckedIOException | IllegalArgumentException _) {
      // The slot went away meanwhile, or is damaged: then it holds less.
    }
  }

  private void chunks(Path slot, Toc toc) {
    for (Toc.Entry entry : toc.entries()) {
      if (entry.header().kind() == TarEntry.Kind.FILE) {
        try {
          Path file = slot.resolve(String.join("/", EntryPath.parts(entry.header().name())));
          for (Toc.Chunk chunk : entry.chunks()) {
            chunks.putIfAbsent(chunk.digest(), new Held(file, chunk.offset(), chunk.length()));
          }
        } catch (Unsafe | IllegalArgumentException _) {
          // No file of this name was ever unpacked.
        }
      }
    }
  }
}
