package io.fleetinstaller.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.host.Armed;
import io.fleetinstaller.host.ArmedRecords;
import io.fleetinstaller.host.Fired;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.PackageName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tokens in the guard's folder. {@code open.PACKAGE}: a trial that the daemon watches, or will,
 * and has not begun to confirm. It holds a copy of what is armed, should that be lost, and that the
 * candidate was seen well. An orderly shutdown makes {@code left.PACKAGE} of it, and the guard that
 * lets the trial go on at boot {@code spent.PACKAGE}. The guard that goes back makes a mark of it,
 * {@code WHY.PACKAGE}.
 */
final class OpenTrials {
  private static final String OPEN = "open";
  private static final List<String> LEFT = List.of("spent", "left");
  private static final String WELL = "well=yes\n";
  private static final int LIMIT = 128 * 1024;

  private final Disk disk;
  private final Path folder;

  OpenTrials(HostContext context) {
    this.disk = context.disk();
    this.folder = context.guard();
  }

  /** Another trial begins. */
  void begin(PackageName name) throws IOException {
    tell(name, new byte[0]);
    forgetLeft(name);
    forgetMarks(name);
  }

  /** What is armed for it, once it is. */
  void copy(PackageName name, byte[] record) throws IOException {
    tell(name, record);
  }

  /**
   * The trial is watched in this run of the machine, whatever an earlier one left.
   *
   * @param record what is armed, where the token has no copy of it
   */
  void open(PackageName name, byte[] record) throws IOException {
    for (String token : LEFT) {
      if (Files.exists(file(token, name)) && !Files.exists(file(OPEN, name))) {
        disk.move(file(token, name), file(OPEN, name));
      }
    }
    if (!Files.exists(file(OPEN, name)) || Files.size(file(OPEN, name)) == 0) {
      tell(name, record);
    }
    forgetLeft(name);
  }

  /** Its candidate was seen well, or is given up. */
  void well(PackageName name, boolean well) throws IOException {
    if (Files.exists(file(OPEN, name))) {
      String told = new String(Bounded.read(file(OPEN, name), LIMIT), UTF_8);
      String record = told.replace(WELL, "");
      String next = well ? record + WELL : record;
      if (!next.equals(told)) {
        tell(name, next.getBytes(UTF_8));
      }
    }
  }

  /** Whether it is watched, with a copy of what is armed. */
  boolean isWatched(PackageName name) throws IOException {
    return Files.exists(file(OPEN, name))
        && Files.size(file(OPEN, name)) > 0
        && LEFT.stream().noneMatch(token -> Files.exists(file(token, name)));
  }

  /** The copy, byte for byte; nothing where there is none. */
  byte[] text(PackageName name) throws IOException {
    return copied(name).isPresent() ? Bounded.read(file(OPEN, name), LIMIT) : new byte[0];
  }

  /** Whether there is a trial that nobody has begun to confirm. */
  boolean isOpen(PackageName name) {
    return tokens(name).anyMatch(Files::exists);
  }

  /** What is armed for it, by that copy; nothing where there is none. */
  Optional<Armed> copied(PackageName name) {
    return tokens(name)
        .map(token -> ArmedRecords.copied(name, token))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** That the guard went back, by the mark that it made of the copy; whether or not by another. */
  Optional<Fired> fired(PackageName name) {
    for (Fired.Why why : Fired.Why.values()) {
      Optional<Armed> armed = ArmedRecords.copied(name, mark(why, name));
      if (armed.isPresent()) {
        return Optional.of(new Fired(armed.get(), why));
      }
    }
    return Optional.empty();
  }

  void close(PackageName name) throws IOException {
    disk.delete(file(OPEN, name));
    forgetLeft(name);
    forgetMarks(name);
  }

  private void forgetMarks(PackageName name) throws IOException {
    for (Fired.Why why : Fired.Why.values()) {
      disk.delete(mark(why, name));
    }
  }

  private void forgetLeft(PackageName name) throws IOException {
    for (String token : LEFT) {
      disk.delete(file(token, name));
    }
  }

  private void tell(PackageName name, byte[] what) throws IOException {
    disk.createDirectories(folder, 0700);
    disk.replace(file(OPEN, name), what, 0600);
  }

  private Stream<Path> tokens(PackageName name) {
    return Stream.of(OPEN, "left", "spent").map(token -> file(token, name));
  }

  private Path mark(Fired.Why why, PackageName name) {
    return file(why.name().toLowerCase(Locale.ROOT), name);
  }

  private Path file(String token, PackageName name) {
    return folder.resolve(token + "." + name);
  }
}
