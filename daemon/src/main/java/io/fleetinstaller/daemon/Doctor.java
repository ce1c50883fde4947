package io.fleetinstaller.daemon;

import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.report.CheckupReport;
import io.fleetinstaller.report.CheckupReport.Check;
import io.fleetinstaller.report.HostStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks for what is not as it should be, and says what to do about it. Thread-safe; changes
 * nothing.
 */
final class Doctor {
  private static final int OTHERS_WRITE = 0022;
  private static final int OTHERS_ENTER = 0077;

  private final LiveSettings settings;
  private final Situation situation;
  private final Facts facts;
  private final Time time;

  Doctor(LiveSettings settings, Situation situation, Facts facts, Time time) {
    this.settings = settings;
    this.situation = situation;
    this.facts = facts;
    this.time = time;
  }

  CheckupReport look() {
    List<Check> checks = new ArrayList<>();
    checks.add(input("settings", facts.settings()));
    checks.add(input("source", facts.source()));
    checks.add(repositories());
    checks.add(folder("packages", settings.now().paths().packages(), OTHERS_WRITE));
    checks.add(folder("state", settings.now().paths().state(), OTHERS_ENTER));
    checks.add(space(facts.space()));
    checks.addAll(journals());
    checks.addAll(corrupt(settings.now().paths().state()));
    situation.names().forEach(name -> checks.add(links(name)));
    return new CheckupReport(time.now(), checks);
  }

  private static Check input(String what, HostStatus.Input input) {
    return input
        .error()
        .map(error -> Check.fail(what, error.sentence(), "correct " + input.place()))
        .orElseGet(() -> Check.ok(what, input.place()));
  }

  private Check repositories() {
    List<String> repositories = settings.now().registry().repositories();
    return repositories.isEmpty()
        ? Check.warn(
            "registry",
            "no repository is set, so nothing can be fetched",
            "set registry.repositories in " + settings.file())
        : Check.ok("registry", String.join(", ", repositories));
  }

  private static Check folder(String what, Path folder, int forbidden) {
    try {
      int mode = (Integer) Files.getAttribute(folder, "unix:mode") & 07777;
      String owner = Files.getOwner(folder).getName();
      String finding = "%s belongs to %s, mode %04o".formatted(folder, owner, mode);
      boolean ours = owner.equals(System.getProperty("user.name"));
      return ours && (mode & forbidden) == 0
          ? Check.ok(what, finding)
          : Check.fail(
              what,
              finding,
              "chown it to the daemon's user and chmod it to %04o".formatted(mode & ~forbidden));
    } catch (IOException e) {
      return Check.fail(what, "cannot look at %s: %s".formatted(folder, e), "create it");
    }
  }

  private static Check space(HostStatus.Space space) {
    String finding =
        "%s free of %s on %s, %s in reserve"
            .formatted(
                Sizes.text(space.free()),
                Sizes.text(space.total()),
                space.path(),
                Sizes.text(space.reserve()));
    return space.free() > space.reserve()
        ? Check.ok("disk", finding)
        : Check.fail("disk", finding, "free space, or nothing more can be staged");
  }

  private List<Check> journals() {
    List<Reason> problems = situation.journals().problems();
    return problems.isEmpty()
        ? List.of(Check.ok("journals", "all can be read"))
        : problems.stream()
            .map(problem ->
                Check.warn("journals", problem.sentence(), "nothing, unless it happens again"))
            .toList();
  }

  private static List<Check> corrupt(Path state) {
    Path aside = state.resolve("policy.json.corrupt");
    return Files.exists(aside)
        ? List.of(
            Check.warn(
                "policy", aside + " was damaged and set aside", "set holds anew, then delete it"))
        : List.of();
  }

  private Check links(PackageName name) {
    Installed installed = situation.slots().read(name);
    Path current = settings.now().paths().packages().resolve(name.value()).resolve("current");
    Optional<String> runs = installed.current().map(slot -> slot.release().toString());
    if (runs.isEmpty() && Files.exists(current, LinkOption.NOFOLLOW_LINKS)) {
      return Check.fail(
          name.value(),
          "%s does not name a whole slot".formatted(current),
          "install a release of it with fleet-installer install " + name + "@sha256:…");
    }
    String previous =
        installed.previous().map(slot -> ", back to " + slot.release().version()).orElse("");
    return Check.ok(
        name.value(), runs.map(text -> "current is " + text + previous).orElse("not installed"));
  }
}
