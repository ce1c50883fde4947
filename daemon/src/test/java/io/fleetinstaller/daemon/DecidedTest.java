package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.desired.Decision;
import io.fleetinstaller.desired.Hold;
import io.fleetinstaller.desired.LocalOverride;
import io.fleetinstaller.desired.Pin;
import io.fleetinstaller.desired.Policy;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What two daemons of one host must both know of what people decided. */
class DecidedTest {
  private static final PackageName AGENT = new PackageName("agent");
  private static final Instant NOW = Instant.parse("2026-01-02T12:00:00Z");
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Release ONE = release("1");
  private static final Release TWO = release("2");
  private static final Decision FOR_EVER = until(Optional.empty());

  private static final Policy NONE = Policy.EMPTY;
  private static final Policy HELD = NONE.with(new Hold(AGENT, FOR_EVER));
  private static final Policy PINNED = NONE.with(new Pin(AGENT, ONE, FOR_EVER));
  private static final Policy BACK_TO_ONE =
      NONE.with(
          new LocalOverride(
              AGENT,
              Optional.of(ONE),
              Optional.of(TWO.digest()),
              Optional.of(TWO.digest()),
              FOR_EVER));

  @Test
  void what_stands_all_the_time_is_known_and_nothing_else() {
    assertThat(decided(HELD).agreesWith(seen("held"))).isTrue();
    assertThat(decided(HELD).agreesWith(seen())).isFalse();
    assertThat(decided(PINNED).agreesWith(seen("pinned to " + ONE.digest()))).isTrue();
    assertThat(decided(PINNED).agreesWith(seen("pinned to " + TWO.digest()))).isFalse();
    assertThat(decided(PINNED).agreesWith(seen("held", "pinned to " + ONE.digest()))).isFalse();
    assertThat(decided(BACK_TO_ONE).agreesWith(seen("overridden with " + ONE.digest()))).isTrue();
    assertThat(decided(BACK_TO_ONE).agreesWith(seen())).isFalse();
    assertThat(decided(NONE).agreesWith(seen())).isTrue();
    assertThat(decided(NONE).agreesWith(seen("held"))).isFalse();
  }

  @Test
  void what_a_person_changes_meanwhile_may_be_known_or_not() {
    Decided heldNow = of(NONE, HELD);
    Decided pinnedInstead = of(HELD, PINNED);

    assertThat(heldNow.agreesWith(seen())).isTrue();
    assertThat(heldNow.agreesWith(seen("held"))).isTrue();
    assertThat(heldNow.agreesWith(seen("pinned to " + ONE.digest()))).isFalse();
    assertThat(pinnedInstead.agreesWith(seen("held"))).isTrue();
    assertThat(pinnedInstead.agreesWith(seen())).isTrue();
  }

  @Test
  void what_ends_about_now_may_have_ended() {
    Policy ends = NONE.with(new Hold(AGENT, until(Optional.of(NOW.plus(SOON)))));
    Policy ended = NONE.with(new Hold(AGENT, until(Optional.of(NOW.minus(SOON)))));
    Policy endsTomorrow =
        NONE.with(new Hold(AGENT, until(Optional.of(NOW.plus(Duration.ofDays(1))))));
    Policy endedYesterday =
        NONE.with(new Hold(AGENT, until(Optional.of(NOW.minus(Duration.ofDays(1))))));

    for (Policy about : List.of(ends, ended)) {
      assertThat(decided(about).agreesWith(seen("held"))).isTrue();
      assertThat(decided(about).agreesWith(seen())).isTrue();
    }
    assertThat(decided(endsTomorrow).agreesWith(seen())).isFalse();
    assertThat(decided(endedYesterday).agreesWith(seen("held"))).isFalse();
  }

  @Test
  void whoever_was_asked_for_something_else_may_have_ended_an_override_and_nothing_else() {
    Decided decided = decided(HELD.with(BACK_TO_ONE.overrides().get(AGENT))).askedOtherwise();

    assertThat(decided.agreesWith(seen("held"))).isTrue();
    assertThat(decided.agreesWith(seen("held", "overridden with " + ONE.digest()))).isTrue();
    assertThat(decided.agreesWith(seen())).isFalse();
    assertThat(decided.agreesWith(seen("held", "overridden with nothing"))).isFalse();
  }

  @Test
  void an_override_that_is_overtaken_and_could_not_be_ended_may_be_told_or_not() {
    Decided decided =
        Decided.of(AGENT, List.of(BACK_TO_ONE, BACK_TO_ONE), asked(release("3")), NOW);

    assertThat(decided.agreesWith(seen())).isTrue();
    assertThat(decided.agreesWith(seen("overridden with " + ONE.digest()))).isTrue();
  }

  @Test
  void it_is_read_from_what_a_daemon_tells_of_a_package() throws Exception {
    assertThat(told("{}")).isEmpty();
    assertThat(
            told(
                """
                {"hold": {"by": "ann", "why": "", "since": "2026-01-02T11:00:00Z"},
                 "pin": {"by": "ann", "target": {"ensure": "present", "release": {"digest": "one"}}},
                 "override": {"by": "ann", "target": {"ensure": "absent"}}}
                """))
        .containsExactly("held", "overridden with nothing", "pinned to one");
  }

  private static Decided decided(Policy policy) {
    return of(policy, policy);
  }

  private static Decided of(Policy before, Policy after) {
    return Decided.of(AGENT, List.of(before, after), asked(TWO), NOW);
  }

  private static Optional<Desired> asked(Release release) {
    return Optional.of(
        new Desired(AGENT, new Desired.Run(release), new Origin(Origin.Kind.FILE, "file", "")));
  }

  private static SortedSet<String> seen(String... words) {
    return new TreeSet<>(List.of(words));
  }

  private static SortedSet<String> told(String status) throws Exception {
    return Decided.told(Document.json("status", status.getBytes(StandardCharsets.UTF_8)));
  }

  private static Decision until(Optional<Instant> end) {
    return new Decision("ann", NOW.minus(Duration.ofDays(2)), "", end);
  }

  private static Release release(String version) {
    return new Release(
        AGENT, new Version(version), Digest.of(version.getBytes(StandardCharsets.UTF_8)));
  }
}
