package io.fleetinstaller.upgrade;

import static io.fleetinstaller.upgrade.Samples.AGENT;
import static io.fleetinstaller.upgrade.Samples.FILE;
import static io.fleetinstaller.upgrade.Samples.NEWER;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.upgrade.Mishaps.Mishap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One host, one upgrade, some mishaps; as many lives of the daemon as it takes. */
final class CrashStory {
  private static final int LIVES = 12;

  private final FakeTime time = new FakeTime();
  private final CrashRoute route;
  private final Mishaps mishaps;
  private final Path root;
  private final MemoryDisk disk;
  private final CrashWorld world;
  private final int planned;
  private final boolean guarded;
  private boolean confirmed;
  private Journals journals;

  /**
   * @param guarded whether the guard acts before the daemon lives again
   */
  CrashStory(CrashRoute route, Path root, List<Mishap> planned, boolean guarded) {
    this.guarded = guarded;
    this.route = route;
    this.root = root;
    this.planned = planned.size();
    this.mishaps = new Mishaps(time, planned);
    this.disk = new MemoryDisk(mishaps);
    this.world = new CrashWorld(root, disk, mishaps);
  }

  int tell() throws Exception {
    Files.createDirectories(root.resolve("journals"));
    route.prepare(world);
    Outcome outcome = live();
    int effects = mishaps.effects();
    if (effects > 0 && planned == 0) {
      assertThat(outcome).isInstanceOf(route.end());
    }
    check(outcome);

    // The daemon stops: whatever was only in its memory is gone, and must not be missed.
    mishaps.end();
    time.pass(Duration.ofHours(3));
    Optional<Outcome> again = resumeAll(daemon());
    if (again.isPresent()) {
      check(again.get());
    }
    // Once is enough for each first mishap: what a second one leaves is no different.
    if (planned < 2) {
      goOn();
    }
    return effects;
  }

  private Outcome live() throws Exception {
    for (int life = 0; life < LIVES; life++) {
      int boots = mishaps.boots();
      try {
        Conductor conductor = daemon();
        Optional<Outcome> resumed = resumeAll(conductor);
        return resumed.isPresent() ? resumed.get() : ended().orElseGet(() -> begin(conductor));
      } catch (Mishaps.Killed e) {
        mishaps.revive();
        if (mishaps.boots() > boots) {
          world.boot();
        }
        checkDead();
        if (guarded) {
          world.guard(AGENT);
          checkDead();
        }
      }
    }
    throw new AssertionError("no end after %d lives".formatted(LIVES));
  }

  private Conductor daemon() {
    journals = new Journals(root.resolve("journals"), disk, time);
    return new Conductor(world, journals, time, mishaps.boot());
  }

  private Optional<Outcome> resumeAll(Conductor conductor) throws Exception {
    Optional<Outcome> outcome = Optional.empty();
    for (Journal journal : journals.open()) {
      outcome = Optional.of(conductor.resume(journal));
    }
    assertThat(journals.problems()).isEmpty();
    return outcome;
  }

  private Optional<Outcome> ended() {
    return journals.history(AGENT).last().flatMap(Account::outcome);
  }

  private Outcome begin(Conductor conductor) {
    try {
      return conductor.run(route.move());
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts", e);
    }
  }

  /** What must hold while no daemon lives. */
  private void checkDead() throws IOException {
    Optional<Release> current = world.linked(AGENT, "current");
    assertThat(List.of(route.move().from(), route.move().to())).contains(current);
    world.linked(AGENT, "previous");
    confirmed = confirmed || isConfirmed();
    checkBystander();
  }

  private boolean isConfirmed() {
    Journals found = new Journals(root.resolve("journals"), disk, time);
    return found.history(AGENT).last().filter(Account::confirmed).isPresent();
  }

  private void check(Outcome outcome) throws IOException {
    checkDead();
    boolean upgraded = outcome instanceof Outcome.Upgraded;
    Optional<Release> runs = upgraded ? route.move().to() : route.move().from();
    assertThat(world.linked(AGENT, "current")).as("current, %s", outcome).isEqualTo(runs);
    assertThat(world.running(AGENT)).as("what runs, %s", outcome).isEqualTo(runs);
    assertThat(upgraded).as("confirmed and kept, %s", outcome).isEqualTo(confirmed);
    if (outcome instanceof Outcome.GivenUp) {
      assertThat(world.restarts()).as("restarts of one that was given up").isZero();
    }
    checkPrevious(outcome);
  }

  private void checkPrevious(Outcome outcome) throws IOException {
    Optional<Release> before =
        route.move().from().isPresent() ? Optional.of(Samples.OLDEST) : Optional.empty();
    Optional<Release> previous = world.linked(AGENT, "previous");
    if (!(outcome instanceof Outcome.Upgraded)) {
      assertThat(previous).as("previous, %s", outcome).isEqualTo(before);
    } else if (pruned()) {
      assertThat(previous).as("previous, %s", outcome).isEqualTo(route.move().from());
      assertThat(world.slots(AGENT)).hasSize(onlyLinked());
      assertThat(world.armed(AGENT)).isFalse();
    } else {
      assertThat(List.of(before, route.move().from())).contains(previous);
    }
  }

  private boolean pruned() {
    return journals.history(AGENT).last().orElseThrow().lines().stream()
        .anyMatch(line -> line instanceof Line.Done(_, Step step, _) && step == Step.PRUNE);
  }

  private int onlyLinked() throws IOException {
    return world.linked(AGENT, "current").stream().toList().size()
        + world.linked(AGENT, "previous").stream().toList().size();
  }

  private void checkBystander() throws IOException {
    Optional<Release> bystander = Optional.of(CrashEverywhereTest.BYSTANDER);
    assertThat(world.linked(CrashEverywhereTest.OTHER, "current")).isEqualTo(bystander);
    assertThat(world.running(CrashEverywhereTest.OTHER)).isEqualTo(bystander);
    assertThat(world.slots(CrashEverywhereTest.OTHER)).hasSize(1);
  }

  /** The next upgrade finds nothing in its way, and sweeps what was left. */
  private void goOn() throws Exception {
    Optional<Release> from = world.linked(AGENT, "current");
    world.mend();

    Outcome outcome = daemon().run(new Move(AGENT, from, Optional.of(NEWER), FILE));

    List<Release> kept = new ArrayList<>(from.stream().toList());
    kept.add(NEWER);
    assertThat(outcome).isEqualTo(new Outcome.Upgraded());
    assertThat(world.slots(AGENT))
        .containsExactlyInAnyOrderElementsOf(kept.stream().map(Release::slotName).toList());
  }
}
