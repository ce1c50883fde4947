package io.fleetinstaller.packaging.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder from which a person, or the laboratory, tells a test build what is to go wrong.
 *
 * <p>{@code switch} has a {@link Strike} a line, which happen one after the other; a line is taken
 * out before its strike happens, so that none happens twice. {@code fired} gets a line for each as
 * it happens. {@code passed} has one for each effect that the next strike could have happened at.
 * When {@code record} exists, every effect is written into it. While {@code dead} exists, the
 * launcher of the laboratory starts nothing.
 *
 * @param owner the only user from whom the switch is taken
 */
record FaultSwitch(Path folder, String owner) {
  /** Where the laboratory has it. */
  static final FaultSwitch HERE = new FaultSwitch(Path.of("/var/lib/fleet-installer-lab"), "root");

  private static final String OWNER_ONLY = "rw-------";
  private static final String PASSED = "passed";

  private Path file() {
    return folder.resolve("switch");
  }

  /**
   * What is to go wrong, in this order.
   *
   * @throws IOException when somebody else than the owner may write, or even read it
   */
  List<Strike> strikes() throws IOException {
    try {
      PosixFileAttributes of =
          Files.readAttributes(file(), PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      String mode = PosixFilePermissions.toString(of.permissions());
      if (!of.isRegularFile() || !of.owner().getName().equals(owner) || !mode.equals(OWNER_ONLY)) {
        throw new IOException(
            "%s must be a file of %s with mode 0600; it is %s's with %s"
                .formatted(file(), owner, of.owner().getName(), mode));
      }
      return Files.readAllLines(file()).stream()
          .filter(line -> !line.isBlank())
          .map(Strike::of)
          .toList();
    } catch (NoSuchFileException _) {
      return List.of();
    }
  }

  /** Notes an effect that the first strike names; how many it has been since the strike before. */
  int passed(String effect) throws IOException {
    say(PASSED, effect);
    return Files.readAllLines(folder.resolve(PASSED)).size();
  }

  /** Takes out the first strike and says that it happens now. */
  void fire(Strike strike, String effect) throws IOException {
    List<String> left = new ArrayList<>(Files.readAllLines(file()));
    left.removeFirst();
    Path fresh = folder.resolve("switch.new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
    Files.write(fresh, left);
    Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(folder.resolve(PASSED));
    if (strike.manner().leavesNoLauncher()) {
      Files.createFile(folder.resolve("dead"));
    }
    say("fired", "%d %s at %s".formatted(System.nanoTime(), strike.manner().word(), effect));
  }

  boolean records() {
    return Files.exists(folder.resolve("record"));
  }

  void record(String effect) throws IOException {
    say("record", effect);
  }

  private void say(String where, String line) throws IOException {
    Files.write(
        folder.resolve(where),
        (line + "\n").getBytes(UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
