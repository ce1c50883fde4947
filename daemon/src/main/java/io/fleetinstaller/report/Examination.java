package io.fleetinstaller.report;

import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.report.CheckupReport.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at what upgrades on this host rest on, and says what to do about what is wrong. Changes
 * nothing, and works without a running daemon.
 */
public final class Examination {
  private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  /** Journals, records and reports of an upgrade, and of the ones before it. */
  private static final long STATE_NEEDS = 1 << 20;

  private final Patient patient;

  public Examination(Patient patient) {
    this.patient = patient;
  }

  /**
   * What is looked at.
   *
   * @param user the daemon's
   * @param reserve bytes that must stay free
   * @param searched the folders where programs lie
   * @param tools programs that the host needs
   */
  public record Patient(
      Path packages,
      Path state,
      String user,
      long reserve,
      List<Path> searched,
      List<String> tools) {
    public Patient {
      searched = List.copyOf(searched);
      tools = List.copyOf(tools);
    }
  }

  /** The state of folders, disk, slots and programs. */
  public List<Check> examine(List<Installed> packages) {
    List<Check> checks = new ArrayList<>();
    checks.add(folder("packages", patient.packages(), WRITABLE_BY_OTHERS));
    checks.add(folder("state", patient.state(), privateToOwner()));
    checks.add(space("disk", patient.packages(), patient.reserve()));
    checks.add(space("disk of the state", patient.state(), STATE_NEEDS));
    packages.forEach(installed -> checks.addAll(slots(installed)));
    patient.tools().forEach(tool -> checks.add(tool(tool)));
    return checks;
  }

  /** What was set aside, for when no daemon tells it. */
  public static List<Check> setAside(Path state) {
    return Quarantine.below(state).stream()
        .map(file ->
            Check.warn(
                "state",
                file + " was damaged and is set aside",
                "keep it for a report, or delete it"))
        .toList();
  }

  /** What the daemon itself has to complain about. */
  public static List<Check> complaints(HostStatus status) {
    List<Check> checks = new ArrayList<>();
    checks.add(Check.ok("daemon", "it answers, since %s".formatted(status.daemon().since())));
    checks.add(input("settings", status.settings()));
    checks.add(input("source", status.source()));
    status.trusted().ifPresent(trusted -> checks.addAll(complaints(trusted)));
    checks.addAll(problems(status.problems()));
    for (PackageStatus one : status.packages()) {
      if (one.state() == PackageStatus.State.STUCK) {
        checks.add(
            Check.fail(
                one.name().value(),
                "its last upgrade is stuck: neither copy could be started",
                "run 'fleet-installer explain %s', repair what it names, then 'fleet-installer poll --retry %s'"
                    .formatted(one.name(), one.name())));
      }
    }
    return checks;
  }

  private static List<Check> complaints(TrustedConfig trusted) {
    List<Check> checks = new ArrayList<>();
    for (Reason refused : trusted.refused()) {
      checks.add(
          Check.warn(
              "config", refused.sentence(), "tell whoever signs it; all other documents count"));
    }
    for (TrustedConfig.BadMirror mirror : trusted.mirrors()) {
      checks.add(
          Check.warn(
              "mirror",
              "%s was passed over: %s".formatted(mirror.url(), mirror.reason().sentence()),
              "see to it, or take it out of the settings"));
    }
    return checks;
  }

  // What is wrong with slots is found by looking at them.
  private static List<Check> problems(List<Reason> problems) {
    return problems.isEmpty()
        ? List.of(Check.ok("state", "all of it can be read"))
        : problems.stream()
            .filter(problem -> problem.code() != ReasonCode.SLOT_DAMAGED)
            .map(problem -> Check.warn("state", problem.sentence(), "see the daemon's log"))
            .toList();
  }

  private static Check input(String what, HostStatus.Input input) {
    return input
        .error()
        .map(error ->
            Check.fail(
                what,
                error.sentence(),
                "correct %s; it is read again by itself".formatted(input.place())))
        .orElseGet(() -> Check.ok(what, input.place()));
  }

  private static Set<PosixFilePermission> privateToOwner() {
    return EnumSet.range(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_EXECUTE);
  }

  private Check folder(String what, Path folder, Set<PosixFilePermission> forbidden) {
    try {
      PosixFileAttributes found = Files.readAttributes(folder, PosixFileAttributes.class);
      String owner = found.owner().getName();
      if (!found.isDirectory()) {
        return Check.fail(what, folder + " is no folder", "move it away");
      }
      if (!owner.equals(patient.user()) && !owner.equals("root")) {
        return Check.fail(
            what,
            "%s belongs to %s".formatted(folder, owner),
            "chown %s %s".formatted(patient.user(), folder));
      }
      return found.permissions().stream().anyMatch(forbidden::contains)
          ? open(what, folder, forbidden)
          : Check.ok(what, folder.toString());
    } catch (NoSuchFileException _) {
      return Check.ok(what, folder + " is not there yet");
    } catch (IOException | UnsupportedOperationException e) {
      return Check.fail(what, "cannot look at %s: %s".formatted(folder, e), "look at its disk");
    }
  }

  private static Check open(String what, Path folder, Set<PosixFilePermission> forbidden) {
    return forbidden.contains(PosixFilePermission.OTHERS_READ)
        ? Check.fail(what, folder + " is open to other users", "chmod go= " + folder)
        : Check.fail(what, "other users may write to " + folder, "chmod go-w " + folder);
  }

  private static Check space(String what, Path folder, long reserve) {
    Optional<Path> there = existing(folder);
    try {
      long free = Files.getFileStore(there.orElse(folder)).getUsableSpace();
      String finding = "%s free on %s".formatted(Sizes.text(free), folder);
      return free < reserve
          ? Check.fail(
              what,
              finding + ", and %s must be".formatted(Sizes.text(reserve)),
              "free some space there")
          : Check.ok(what, finding);
    } catch (IOException e) {
      return Check.fail(what, "cannot ask the disk of %s: %s".formatted(folder, e), "look at it");
    }
  }

  private static Optional<Path> existing(Path folder) {
    Optional<Path> candidate = Optional.of(folder.toAbsolutePath());
    while (candidate.isPresent() && !Files.exists(candidate.get())) {
      candidate = Optional.ofNullable(candidate.get().getParent());
    }
    return candidate;
  }

  private List<Check> slots(Installed installed) {
    String what = "slots of " + installed.name();
    Path folder = patient.packages().resolve(installed.name().value());
    List<Check> checks = new ArrayList<>();
    if (installed.current().isEmpty() && isThere(folder.resolve("current"))) {
      checks.add(
          Check.fail(
              what,
              "current names no whole slot",
              "run 'fleet-installer rollback %s', or, without a previous slot, move that link away and install a release"
                  .formatted(installed.name())));
    }
    if (installed.previous().isEmpty() && isThere(folder.resolve("previous"))) {
      checks.add(
          Check.warn(
              what,
              "previous names no whole slot, so a rollback is refused",
              "the next upgrade mends it"));
    }
    return checks.isEmpty()
        ? List.of(
            Check.ok(
                what,
                "%d unpacked to the end; verify looks at what is in them"
                    .formatted(installed.whole().size())))
        : checks;
  }

  private static boolean isThere(Path link) {
    return Files.exists(link, LinkOption.NOFOLLOW_LINKS);
  }

  private Check tool(String tool) {
    Optional<Path> found =
        patient.searched().stream()
            .map(folder -> folder.resolve(tool))
            .filter(Files::isExecutable)
            .findFirst();
    return found
        .map(path -> Check.ok("program " + tool, path.toString()))
        .orElseGet(() ->
            Check.fail("program " + tool, "it is in no folder of the daemon's PATH", "install it"));
  }
}
