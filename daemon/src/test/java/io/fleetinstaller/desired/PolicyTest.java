package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PolicyTest {
  private static final PackageName AGENT = new PackageName("agent");
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  private static final Release V1 = release("1", 'a');
  private static final Release V2 = release("2", 'b');
  private static final Release V3 = release("3", 'c');

  @Test
  void without_any_word_the_package_is_left_alone() {
    Desired desired = Policy.EMPTY.resolve(AGENT, Optional.empty(), NOON);

    assertThat(leftFor(desired)).isEqualTo(ReasonCode.NOT_DESIRED);
  }

  @Test
  void without_local_word_what_is_asked_for_is_desired() {
    assertThat(Policy.EMPTY.resolve(AGENT, asked(V2), NOON)).isEqualTo(asked(V2).orElseThrow());
  }

  @Test
  void an_override_outranks_what_it_was_made_against() {
    Policy policy = Policy.EMPTY.with(override(V1, Optional.of(V2), Optional.empty()));

    assertThat(runs(policy.resolve(AGENT, asked(V2), NOON))).contains(V1);
  }

  @Test
  void an_override_ends_when_another_release_is_asked_for() {
    Policy policy = Policy.EMPTY.with(override(V1, Optional.of(V2), Optional.empty()));

    assertThat(runs(policy.resolve(AGENT, asked(V3), NOON))).contains(V3);
  }

  @Test
  void a_rollback_holds_back_the_release_it_left() {
    Policy policy = Policy.EMPTY.with(override(V1, Optional.empty(), Optional.of(V2)));

    assertThat(runs(policy.resolve(AGENT, asked(V2), NOON))).contains(V1);
    assertThat(runs(policy.resolve(AGENT, asked(V3), NOON))).contains(V3);
  }

  @Test
  void an_expired_override_does_not_count() {
    Decision brief = new Decision("ann", NOON, "", Optional.of(NOON.plusSeconds(60)));
    LocalOverride override =
        new LocalOverride(
            AGENT, Optional.of(V1), Optional.of(V2.digest()), Optional.empty(), brief);
    Policy policy = Policy.EMPTY.with(override);

    assertThat(runs(policy.resolve(AGENT, asked(V2), NOON.plusSeconds(59)))).contains(V1);
    assertThat(runs(policy.resolve(AGENT, asked(V2), NOON.plusSeconds(60)))).contains(V2);
  }

  @Test
  void an_override_without_target_is_a_removal() {
    LocalOverride removal =
        new LocalOverride(
            AGENT, Optional.empty(), Optional.of(V2.digest()), Optional.empty(), decidedAt(NOON));

    Desired desired = Policy.EMPTY.with(removal).resolve(AGENT, asked(V2), NOON);

    assertThat(desired.want()).isEqualTo(new Desired.Absent());
    assertThat(desired.origin().by()).isEqualTo("ann");
  }

  @Test
  void a_hold_leaves_everything_as_it_is_until_it_expires() {
    Decision brief = new Decision("ann", NOON, "audit", Optional.of(NOON.plusSeconds(60)));
    Policy policy = Policy.EMPTY.with(new Hold(AGENT, brief));

    assertThat(leftFor(policy.resolve(AGENT, asked(V2), NOON))).isEqualTo(ReasonCode.HELD);
    assertThat(runs(policy.resolve(AGENT, asked(V2), NOON.plusSeconds(60)))).contains(V2);
  }

  @Test
  void a_manual_verb_passes_an_older_hold_and_a_newer_hold_stops_it() {
    Policy policy = Policy.EMPTY.with(override(V1, Optional.of(V2), Optional.empty()));

    Policy older = policy.with(new Hold(AGENT, decidedAt(NOON.minus(Duration.ofHours(1)))));
    Policy newer = policy.with(new Hold(AGENT, decidedAt(NOON.plus(Duration.ofHours(1)))));

    assertThat(runs(older.resolve(AGENT, asked(V2), NOON))).contains(V1);
    assertThat(leftFor(newer.resolve(AGENT, asked(V2), NOON))).isEqualTo(ReasonCode.HELD);
  }

  @Test
  void lifting_forgets() {
    Policy policy =
        Policy.EMPTY
            .with(override(V1, Optional.of(V2), Optional.empty()))
            .with(new Hold(AGENT, decidedAt(NOON)));

    assertThat(policy.withoutHold(AGENT).withoutOverride(AGENT)).isEqualTo(Policy.EMPTY);
  }

  static LocalOverride override(
      Release target, Optional<Release> over, Optional<Release> heldBack) {
    return new LocalOverride(
        AGENT,
        Optional.of(target),
        over.map(Release::digest),
        heldBack.map(Release::digest),
        decidedAt(NOON));
  }

  static Decision decidedAt(Instant when) {
    return new Decision("ann", when, "", Optional.empty());
  }

  static Release release(String version, char digit) {
    return new Release(AGENT, new Version(version), new Digest(String.valueOf(digit).repeat(64)));
  }

  private static Optional<Desired> asked(Release release) {
    return Optional.of(
        new Desired(
            AGENT, new Desired.Run(release), new Origin(Origin.Kind.FILE, "desired.yaml", "")));
  }

  private static Optional<Release> runs(Desired desired) {
    return desired.want() instanceof Desired.Run(Release release, _)
        ? Optional.of(release)
        : Optional.empty();
  }

  private static ReasonCode leftFor(Desired desired) {
    return ((Desired.Leave) desired.want()).why().code();
  }
}
