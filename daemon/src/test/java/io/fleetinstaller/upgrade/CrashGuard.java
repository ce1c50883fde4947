package io.fleetinstaller.upgrade;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The guard of a host in small: the rules of the real one, while no daemon lives. */
final class CrashGuard {
  private static final String CONFIRMED = "\"done\":\"CONFIRM\"";

  private CrashGuard() {}

  static byte[] record(Upgrade upgrade) {
    return String.join("\n", upgrade.id(), slot(upgrade.from()), slot(upgrade.to()), "whole")
        .getBytes(US_ASCII);
  }

  static Path mark(Path root, PackageName name) {
    return root.resolve("fired").resolve(name.value());
  }

  static boolean fired(Path root, Upgrade upgrade) {
    try {
      Path mark = mark(root, upgrade.name());
      return Files.exists(mark) && Files.readAllLines(mark).getFirst().equals(upgrade.id());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes current name the old copy again, unless there is nothing to take back; its slot. */
  static Optional<String> goBack(
      Path root, PackageName name, String current, Optional<Release> running) throws IOException {
    Path armed = root.resolve("armed").resolve(name.value());
    if (!Files.exists(armed)) {
      return Optional.empty();
    }
    List<String> record = Files.readAllLines(armed);
    if (record.size() < 4 || confirmed(root, name, record.getFirst())) {
      return Optional.empty();
    }
    String from = record.get(1);
    boolean known = List.of(from, record.get(2), "").contains(current);
    boolean nothingToDo = current.equals(from) && slot(running).equals(from);
    if (!known || nothingToDo) {
      return Optional.empty();
    }
    Path link = root.resolve("packages").resolve(name.value()).resolve("current");
    Path unit = root.resolve(name + ".service");
    Files.deleteIfExists(link);
    Files.deleteIfExists(unit);
    if (!from.isEmpty()) {
      Files.createSymbolicLink(link, root.getFileSystem().getPath(from));
      Files.write(unit, from.getBytes(US_ASCII));
    }
    Files.move(armed, mark(root, name));
    return Optional.of(from);
  }

  private static boolean confirmed(Path root, PackageName name, String id) throws IOException {
    Path journal = root.resolve("journals").resolve(name.value()).resolve(id + ".journal");
    String text = new String(Files.readAllBytes(journal), UTF_8);
    int line = text.indexOf(CONFIRMED);
    return line >= 0 && text.indexOf('\n', line) >= 0;
  }

  private static String slot(Optional<Release> release) {
    return release.map(Release::slotName).orElse("");
  }
}
