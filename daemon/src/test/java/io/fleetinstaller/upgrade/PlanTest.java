package io.fleetinstaller.upgrade;

import static io.fleetinstaller.upgrade.Samples.AGENT;
import static io.fleetinstaller.upgrade.Samples.FILE;
import static io.fleetinstaller.upgrade.Samples.NEW;
import static io.fleetinstaller.upgrade.Samples.NEWER;
import static io.fleetinstaller.upgrade.Samples.NOW;
import static io.fleetinstaller.upgrade.Samples.OLD;
import static io.fleetinstaller.upgrade.Samples.PERSON;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Durations;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.upgrade.Decision.Act;
import io.fleetinstaller.upgrade.Decision.Rest;
import io.fleetinstaller.upgrade.Decision.Wait;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlanTest {
  private static final Reason SICK = new Reason(ReasonCode.PROBE_FAILED, "it is sick");
  private static final Outcome REVERTED = new Outcome.Reverted(SICK);
  private static final Outcome STUCK = new Outcome.Stuck(SICK);
  private static final Outcome NO_NETWORK =
      new Outcome.GivenUp(new Reason(ReasonCode.DNS_FAILED, "no network"), Failure.Kind.TRANSIENT);
  private static final Outcome REFUSED =
      new Outcome.GivenUp(
          new Reason(ReasonCode.DIGEST_MISMATCH, "wrong bytes"), Failure.Kind.REFUSED);

  @Test
  void another_release_than_the_current_one_is_an_upgrade() {
    Decision decision = next(run(NEW), installed(OLD), List.of());

    assertThat(decision)
        .isInstanceOfSatisfying(
            Act.class,
            act ->
                assertThat(act.move())
                    .isEqualTo(new Move(AGENT, Optional.of(OLD), Optional.of(NEW), FILE)));
  }

  @Test
  void an_older_release_is_an_upgrade_too() {
    assertThat(next(run(OLD), installed(NEW), List.of())).isInstanceOf(Act.class);
  }

  @Test
  void a_release_on_a_host_without_the_package_is_a_first_install() {
    Decision decision = next(run(NEW), installed(null), List.of());

    assertThat(((Act) decision).move().from()).isEmpty();
  }

  @Test
  void a_package_that_should_be_absent_is_removed() {
    Decision decision =
        next(new Desired(AGENT, new Desired.Absent(), FILE), installed(OLD), List.of());

    assertThat(((Act) decision).move().to()).isEmpty();
  }

  @Test
  void what_is_as_it_should_be_rests() {
    Decision there = next(run(OLD), installed(OLD), List.of());
    Decision gone =
        next(new Desired(AGENT, new Desired.Absent(), FILE), installed(null), List.of());

    assertThat(there).isInstanceOf(Rest.class);
    assertThat(there.why().sentence()).isEqualTo("agent is at 1.0, as it should be");
    assertThat(gone.why().code()).isEqualTo(ReasonCode.UP_TO_DATE);
  }

  @Test
  void a_hold_is_left_alone_for_its_reason() {
    Reason hold = new Reason(ReasonCode.HELD, "held by alice");

    Decision decision =
        next(new Desired(AGENT, new Desired.Leave(hold), FILE), installed(OLD), List.of());

    assertThat(decision).isEqualTo(new Rest(hold));
  }

  @Test
  void what_is_wanted_later_waits_until_then() {
    Reason window = new Reason(ReasonCode.WINDOW, "its window opens on saturday");
    Instant opens = NOW.plus(Duration.ofDays(2));

    Decision decision = next(later(NEW, window, opens), installed(OLD), List.of());

    assertThat(decision).isEqualTo(new Wait(window, Optional.of(opens)));
  }

  @Test
  void what_is_so_already_waits_for_nothing() {
    Reason window = new Reason(ReasonCode.WINDOW, "its window opens on saturday");

    Decision decision = next(later(OLD, window, NOW), installed(OLD), List.of());

    assertThat(decision).isInstanceOf(Rest.class);
    assertThat(decision.why().code()).isEqualTo(ReasonCode.UP_TO_DATE);
  }

  @Test
  void how_long_a_release_must_be_well_travels_with_the_move() {
    Duration day = Duration.ofDays(1);

    Decision decision =
        next(new Desired(AGENT, new Desired.Run(NEW, day), FILE), installed(OLD), List.of());

    assertThat(((Act) decision).move().stableFor()).isEqualTo(day);
  }

  @Test
  void while_one_upgrade_is_under_way_no_other_begins() {
    Decision decision = next(run(NEWER), installed(OLD), List.of(Samples.account()));

    assertThat(decision.why().code()).isEqualTo(ReasonCode.UNDER_WAY);
    assertThat(((Wait) decision).until()).isEmpty();
  }

  @Tag("F56")
  @ParameterizedTest(name = "taken back {0} times: wait {1}")
  @CsvSource({"1, 8h", "2, 12h", "3, 24h", "4, 2d", "5, 4d", "6, 7d", "7, 7d", "9, 7d"})
  void a_release_that_was_taken_back_waits_longer_each_time(int times, String wait) {
    List<Account> history = repeated(times, REVERTED, FILE);

    Decision decision = next(run(NEW), installed(OLD), history);

    assertWaits(decision, Durations.parse(wait));
    assertThat(decision.why().sentence())
        .contains("taken back " + (times == 1 ? "once" : times + " times"));
    assertThat(decision.why().evidence()).containsExactly("probe-failed: it is sick");
  }

  @Tag("F24")
  @ParameterizedTest(name = "given up {0} times: wait {1}")
  @CsvSource({"1, 1m", "2, 2m", "3, 5m", "4, 15m", "5, 1h", "500, 1h"})
  void what_may_pass_is_tried_again_soon(int attempt, String wait) {
    Decision decision =
        next(run(NEW), installed(OLD), List.of(ended(NEW, attempt, NO_NETWORK, FILE, NOW)));

    assertWaits(decision, Durations.parse(wait));
  }

  @Test
  void what_was_refused_waits_as_long_as_what_was_taken_back() {
    assertWaits(
        next(run(NEW), installed(OLD), List.of(ended(NEW, 2, REFUSED, FILE, NOW))),
        Duration.ofHours(12));
  }

  @ParameterizedTest
  @EnumSource(names = {"NOT_FOUND", "AUTH_FAILED", "REGISTRY_ERROR"})
  void what_a_registry_refused_may_pass(ReasonCode code) {
    Outcome refused =
        new Outcome.GivenUp(new Reason(code, "not for us, not now"), Failure.Kind.REFUSED);

    assertWaits(
        next(run(NEW), installed(OLD), List.of(ended(NEW, 500, refused, FILE, NOW))),
        Duration.ofHours(1));
  }

  @Tag("F69")
  @Test
  void after_the_wait_it_is_tried_again_never_waiting_for_ever() {
    List<Account> history = repeated(20, REVERTED, FILE);

    Decision decision =
        Plan.next(run(NEW), installed(OLD), history(history), NOW.plus(Duration.ofDays(9)));

    assertThat(decision).isInstanceOf(Act.class);
  }

  @Tag("F57")
  @Test
  void another_release_is_tried_at_once() {
    for (Outcome outcome : List.of(REVERTED, STUCK, NO_NETWORK, REFUSED)) {
      assertThat(next(run(NEWER), installed(OLD), List.of(ended(NEW, 1, outcome, FILE, NOW))))
          .as("%s", outcome)
          .isInstanceOf(Act.class);
    }
  }

  @Test
  void a_persons_request_clears_the_memory_once() {
    for (Outcome outcome : List.of(REVERTED, STUCK, NO_NETWORK, REFUSED)) {
      Desired asked = new Desired(AGENT, new Desired.Run(NEW), PERSON);

      Decision first = next(asked, installed(OLD), List.of(ended(NEW, 1, outcome, FILE, NOW)));
      Decision again = next(asked, installed(OLD), List.of(ended(NEW, 1, outcome, PERSON, NOW)));

      assertThat(first).as("%s", outcome).isInstanceOf(Act.class);
      assertThat(again).as("the same request after %s", outcome).isInstanceOf(Wait.class);
      assertThat(Plan.retry(asked, installed(OLD), NOW)).isInstanceOf(Act.class);
    }
  }

  @Test
  void a_short_wait_never_hides_a_long_one() {
    List<Account> history =
        List.of(
            ended(NEW, 1, REVERTED, FILE, NOW),
            ended(NEW, 1, NO_NETWORK, PERSON, NOW.plusMillis(500)));

    assertWaits(next(run(NEW), installed(OLD), history), Duration.ofHours(8));
  }

  @Test
  void a_release_that_went_well_later_starts_anew() {
    List<Account> history = new ArrayList<>(repeated(3, REVERTED, FILE));
    history.add(ended(NEW, 1, new Outcome.Upgraded(), FILE, NOW));
    history.add(ended(NEW, 1, REVERTED, FILE, NOW));

    assertWaits(next(run(NEW), installed(OLD), history), Duration.ofHours(8));
  }

  @Test
  void stuck_waits_for_a_person_whatever_the_time() {
    List<Account> history = List.of(ended(NEW, 1, STUCK, FILE, NOW));

    Decision decision =
        Plan.next(run(NEW), installed(OLD), history(history), NOW.plus(Duration.ofDays(400)));

    assertThat(decision.why().code()).isEqualTo(ReasonCode.WAY_BACK_FAILED);
    assertThat(((Wait) decision).until()).isEmpty();
  }

  @Test
  void stuck_at_the_candidate_is_not_up_to_date() {
    assertThat(next(run(NEW), installed(NEW), List.of(ended(NEW, 1, STUCK, FILE, NOW))))
        .isInstanceOf(Wait.class);
  }

  @Test
  void a_clock_set_back_by_years_does_not_make_it_wait_for_years() {
    List<Account> history = List.of(ended(NEW, 1, REVERTED, FILE, NOW));

    Decision decision =
        Plan.next(run(NEW), installed(OLD), history(history), NOW.minus(Duration.ofDays(3000)));

    assertThat(decision).isInstanceOf(Act.class);
  }

  @Test
  void hosts_that_failed_together_do_not_try_again_together() {
    Decision here = next(run(NEW), installed(OLD), List.of(ended(NEW, 1, REVERTED, FILE, NOW)));
    Decision there =
        next(run(NEW), installed(OLD), List.of(ended(NEW, 1, REVERTED, FILE, NOW.minusMillis(1))));

    Duration apart =
        Duration.between(((Wait) here).until().get(), ((Wait) there).until().get()).abs();

    assertThat(apart).isGreaterThan(Duration.ofSeconds(1));
    assertThat(next(run(NEW), installed(OLD), List.of(ended(NEW, 1, REVERTED, FILE, NOW))))
        .isEqualTo(here);
  }

  /** At least so long, and at most a quarter longer. */
  private static void assertWaits(Decision decision, Duration wait) {
    assertThat(decision.why().code()).isEqualTo(ReasonCode.BACKOFF);
    assertThat(((Wait) decision).until().orElseThrow())
        .isBetween(NOW.plus(wait), NOW.plus(wait.multipliedBy(5).dividedBy(4)));
  }

  private static Decision next(Desired desired, Installed installed, List<Account> accounts) {
    return Plan.next(desired, installed, history(accounts), NOW.plusSeconds(1));
  }

  private static History history(List<Account> accounts) {
    return new History(AGENT, accounts);
  }

  private static List<Account> repeated(int times, Outcome outcome, Origin origin) {
    List<Account> accounts = new ArrayList<>();
    for (int i = times - 1; i >= 0; i--) {
      accounts.add(ended(NEW, 1, outcome, origin, NOW.minus(Duration.ofDays(5L * i))));
    }
    return accounts;
  }

  private static Account ended(
      Release to, int attempt, Outcome outcome, Origin origin, Instant at) {
    Upgrade upgrade =
        new Upgrade(
            "00000001", AGENT, Optional.of(OLD), Optional.of(to), origin, Duration.ZERO, at);
    return new Account(upgrade, attempt, at, List.of(new Line.Ended(at, outcome)));
  }

  private static Desired run(Release release) {
    return new Desired(AGENT, new Desired.Run(release), FILE);
  }

  private static Desired later(Release release, Reason why, Instant until) {
    Desired.Want then = new Desired.Run(release);
    return new Desired(AGENT, new Desired.Later(then, why, Optional.of(until)), FILE);
  }

  private static Installed installed(Release current) {
    Path packages = Path.of("/packages/agent");
    Optional<Slot> slot =
        Optional.ofNullable(current)
            .map(r ->
                new Slot(r, packages.resolve(r.slotName()), packages.resolve("current"), null));
    return new Installed(AGENT, slot, Optional.empty(), slot.stream().toList());
  }
}
