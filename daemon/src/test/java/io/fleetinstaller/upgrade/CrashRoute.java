package io.fleetinstaller.upgrade;

import static io.fleetinstaller.upgrade.Samples.AGENT;
import static io.fleetinstaller.upgrade.Samples.FILE;
import static io.fleetinstaller.upgrade.Samples.NEW;
import static io.fleetinstaller.upgrade.Samples.OLD;
import static io.fleetinstaller.upgrade.Samples.OLDEST;

import io.fleetinstaller.release.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A way through the table, and how it ends when nothing else goes wrong. */
record CrashRoute(
    String name, Move move, Class<? extends Outcome> end, Consumer<CrashWorld> trouble) {
  private static final Optional<Release> NOTHING = Optional.empty();

  static List<CrashRoute> all() {
    Move upgrade = move(Optional.of(OLD), Optional.of(NEW));
    Move install = move(NOTHING, Optional.of(NEW));
    Move removal = move(Optional.of(OLD), NOTHING);
    Move rollback = move(Optional.of(OLD), Optional.of(OLDEST));
    Consumer<CrashWorld> unwell = world -> world.unwell(NEW);
    return List.of(
        new CrashRoute("upgrade", upgrade, Outcome.Upgraded.class, _ -> {}),
        new CrashRoute("upgrade to unwell", upgrade, Outcome.Reverted.class, unwell),
        new CrashRoute("no network", upgrade, Outcome.GivenUp.class, CrashWorld::networkDown),
        new CrashRoute(
            "all unwell", upgrade, Outcome.Stuck.class, unwell.andThen(w -> w.unwell(OLD))),
        new CrashRoute("install", install, Outcome.Upgraded.class, _ -> {}),
        new CrashRoute("install of unwell", install, Outcome.Reverted.class, unwell),
        new CrashRoute("removal", removal, Outcome.Upgraded.class, _ -> {}),
        new CrashRoute(
            "removal leaves a unit", removal, Outcome.Reverted.class, CrashWorld::unitStays),
        new CrashRoute("rollback", rollback, Outcome.Upgraded.class, CrashWorld::networkDown),
        new CrashRoute(
            "rollback to unwell", rollback, Outcome.Reverted.class, w -> w.unwell(OLDEST)));
  }

  private static Move move(Optional<Release> from, Optional<Release> to) {
    return new Move(AGENT, from, to, FILE);
  }

  /** What is there before: the release it comes from, and for all but installs a previous one. */
  void prepare(CrashWorld world) throws IOException {
    world.give(CrashEverywhereTest.BYSTANDER);
    world.link(CrashEverywhereTest.OTHER, "current", CrashEverywhereTest.BYSTANDER);
    Files.createDirectories(world.home(AGENT));
    if (move.from().isPresent()) {
      world.give(OLD);
      world.give(OLDEST);
      world.link(AGENT, "current", OLD);
      world.link(AGENT, "previous", OLDEST);
    }
    world.boot();
    trouble.accept(world);
  }
}
