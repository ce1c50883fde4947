package io.fleetinstaller.host;

import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where no package may put anything, and what an owner and a mode look like. */
public final class PlaceRules {
  private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");
  private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");

  private static final List<Path> SYSTEM =
      Stream.of("/proc", "/sys", "/dev", "/boot", "/usr", "/bin", "/sbin", "/lib", "/lib64")
          .map(Path::of)
          .toList();

  /** What would change how this or any other service is started, not only the package's own. */
  private static final List<Path> STARTING =
      Stream.of(
              "/etc/systemd",
              "/run/systemd",
              "/etc/init.d",
              "/etc/fleet-installer",
              "/run/fleet-installer")
          .map(Path::of)
          .toList();

  /** Where everybody's data lies, one directory each. */
  private static final List<Path> SHARED =
      Stream.of("backups", "cache", "lib", "local", "lock", "log", "mail", "opt", "run", "spool")
          .map(Path.of("/var")::resolve)
          .toList();

  private final List<Path> ours;

  public PlaceRules(HostContext context) {
    this.ours =
        List.of(
            context.packages().toAbsolutePath().normalize(),
            context.state().toAbsolutePath().normalize());
  }

  /** Refuses a slot that names an impossible place, owner or account. */
  public void check(Slot slot) throws Fault {
    Descriptor descriptor = slot.descriptor();
    for (Descriptor.Directory directory : descriptor.directories()) {
      place(slot, directory.path());
      ownership(slot, directory.path(), directory.owner(), directory.mode());
    }
    for (String path : descriptor.data().state()) {
      place(slot, path);
      data(slot, path);
    }
    for (Descriptor.ConfigFile file : descriptor.configFiles()) {
      place(slot, file.path());
      ownership(slot, file.path(), file.owner(), file.mode());
      source(slot, file);
    }
    for (Descriptor.Account account : descriptor.accounts()) {
      require(
          USER.matcher(account.user()).matches(),
          slot,
          "'%s' is not the name of a system user".formatted(account.user()));
    }
  }

  private void place(Slot slot, String text) throws Fault {
    Path path = Path.of(text);
    boolean plain = path.isAbsolute() && path.equals(path.normalize()) && path.getNameCount() > 1;
    require(plain, slot, "'%s' is not an absolute path below a directory".formatted(text));
    for (Path taken : Stream.of(SYSTEM, STARTING, ours).flatMap(List::stream).toList()) {
      require(
          !path.startsWith(taken),
          slot,
          "%s is not a package's to make; nothing below %s is".formatted(text, taken));
    }
  }

  /** A revert renames it, with everything in it, and whoever has a link to it has it, too. */
  private void data(Slot slot, String text) throws Fault {
    require(
        !SHARED.contains(Path.of(text)),
        slot,
        "%s is not a package's to bring back; name its own directory in it".formatted(text));
    for (Path taken : Stream.of(SYSTEM, STARTING, ours).flatMap(List::stream).toList()) {
      require(
          !overlap(text, taken.toString()),
          slot,
          "%s is not a package's to bring back: it holds, or lies in, %s".formatted(text, taken));
    }
  }

  /** Whether one place is the other or lies in it, wherever links lead. */
  public static boolean overlap(String one, String other) throws Fault {
    Path first = real(Path.of(one));
    Path second = real(Path.of(other));
    return first.startsWith(second) || second.startsWith(first);
  }

  private static Path real(Path path) throws Fault {
    try {
      return Kept.real(path);
    } catch (IOException e) {
      throw new Fault.Transient(
          ReasonCode.IO_ERROR,
          "cannot find out where %s leads: %s; check the disk".formatted(path, e.getMessage()));
    }
  }

  private static void ownership(Slot slot, String path, String owner, String mode) throws Fault {
    require(
        USER.matcher(owner).matches(),
        slot,
        "'%s' cannot own %s: it is not the name of a user".formatted(owner, path));
    require(
        MODE.matcher(mode).matches(),
        slot,
        "'%s' is not a mode for %s; write three octal digits, as in 0750".formatted(mode, path));
  }

  private static void source(Slot slot, Descriptor.ConfigFile file) throws Fault {
    Path source = slot.path().resolve(file.source()).normalize();
    require(
        source.startsWith(slot.path()) && !source.equals(slot.path()),
        slot,
        "config file source '%s' is not in the package".formatted(file.source()));
  }

  private static void require(boolean holds, Slot slot, String why) throws Fault {
    if (!holds) {
      throw new Fault.Refused(
          ReasonCode.CONFLICT, "cannot install %s: %s".formatted(slot.release(), why));
    }
  }
}
