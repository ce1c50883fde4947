package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
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
    Desired desired = Policy.EMPTY.resolve(AGENT, Optional.empty(), HostPolicy.NONE, NOON);

    assertThat(leftFor(desired)).isEqualTo(ReasonCode.NOT_DESIRED);
  }

  @Test
  void without_local_word_what_is_asked_for_is_desired() {
    assertThat(Policy.EMPTY.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON))
        .isEqualTo(asked(V2).orElseThrow());
  }

  @Test
  void an_override_outranks_what_it_was_made_against() {
    Policy policy = Policy.EMPTY.with(override(V1, Optional.of(V2), Optional.empty()));

    assertThat(runs(policy.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON))).contains(V1);
  }

  @Test
  void an_override_ends_when_another_release_is_asked_for() {
    Policy policy = Policy.EMPTY.with(override(V1, Optional.of(V2), Optional.empty()));

    assertThat(runs(policy.resolve(AGENT, asked(V3), HostPolicy.NONE, NOON))).contains(V3);
  }

  @Test
  void what_waits_for_its_time_ends_no_override() {
    Policy policy = Policy.EMPTY.with(override(V1, Optional.of(V2), Optional.empty()));
    Reason wave = new Reason(ReasonCode.WAVE, "tomorrow");
    Desired later =
        new Desired(
            AGENT,
            new Desired.Later(new Desired.Run(V3), wave, Optional.empty()),
            asked(V3).orElseThrow().origin());

    assertThat(policy.overtaken(Map.of(AGENT, later))).isEmpty();
    assertThat(runs(policy.resolve(AGENT, Optional.of(later), HostPolicy.NONE, NOON))).contains(V1);
    assertThat(policy.overtaken(Map.of(AGENT, asked(V3).orElseThrow()))).containsExactly(AGENT);
  }

  @Test
  void an_override_of_a_release_ends_when_none_shall_be_there() {
    Origin origin = asked(V2).orElseThrow().origin();
    Desired absent = new Desired(AGENT, new Desired.Absent(), origin);
    Policy over = Policy.EMPTY.with(override(V1, Optional.of(V2), Optional.empty()));
    Policy against = Policy.EMPTY.with(override(V1, Optional.empty(), Optional.empty()));

    assertThat(over.overtaken(Map.of(AGENT, absent))).containsExactly(AGENT);
    assertThat(against.overtaken(Map.of(AGENT, absent))).isEmpty();
  }

  @Test
  void a_rollback_holds_back_the_release_it_left() {
    Policy policy = Policy.EMPTY.with(override(V1, Optional.empty(), Optional.of(V2)));

    assertThat(runs(policy.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON))).contains(V1);
    assertThat(runs(policy.resolve(AGENT, asked(V3), HostPolicy.NONE, NOON))).contains(V3);
  }

  @Test
  void an_expired_override_does_not_count() {
    Decision brief = new Decision("ann", NOON, "", Optional.of(NOON.plusSeconds(60)));
    LocalOverride override =
        new LocalOverride(
            AGENT, Optional.of(V1), Optional.of(V2.digest()), Optional.empty(), brief);
    Policy policy = Policy.EMPTY.with(override);

    assertThat(runs(policy.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON.plusSeconds(59))))
        .contains(V1);
    assertThat(runs(policy.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON.plusSeconds(60))))
        .contains(V2);
  }

  @Test
  void an_override_without_target_is_a_removal() {
    LocalOverride removal =
        new LocalOverride(
            AGENT, Optional.empty(), Optional.of(V2.digest()), Optional.empty(), decidedAt(NOON));

    Desired desired = Policy.EMPTY.with(removal).resolve(AGENT, asked(V2), HostPolicy.NONE, NOON);

    assertThat(desired.want()).isEqualTo(new Desired.Absent());
    assertThat(desired.origin().by()).isEqualTo("ann");
  }

  @Test
  void a_hold_leaves_everything_as_it_is_until_it_expires() {
    Decision brief = new Decision("ann", NOON, "audit", Optional.of(NOON.plusSeconds(60)));
    Policy policy = Policy.EMPTY.with(new Hold(AGENT, brief));

    assertThat(leftFor(policy.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON)))
        .isEqualTo(ReasonCode.HELD);
    assertThat(runs(policy.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON.plusSeconds(60))))
        .contains(V2);
  }

  @Test
  void a_manual_verb_passes_an_older_hold_and_a_newer_hold_stops_it() {
    Policy policy = Policy.EMPTY.with(override(V1, Optional.of(V2), Optional.empty()));

    Policy older = policy.with(new Hold(AGENT, decidedAt(NOON.minus(Duration.ofHours(1)))));
    Policy newer = policy.with(new Hold(AGENT, decidedAt(NOON.plus(Duration.ofHours(1)))));

    assertThat(runs(older.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON))).contains(V1);
    assertThat(leftFor(newer.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON)))
        .isEqualTo(ReasonCode.HELD);
  }

  @Test
  void a_hold_says_who_why_until_when_and_how_it_ends() {
    Decision brief =
        new Decision("ann", NOON, "audit", Optional.of(NOON.plusSeconds(60).plusMillis(7)));
    Policy expiring = Policy.EMPTY.with(new Hold(AGENT, brief));
    Policy endless = Policy.EMPTY.with(new Hold(AGENT, decidedAt(NOON)));

    assertThat(why(expiring))
        .isEqualTo(
            "ann holds it until 2026-01-02T12:01:00Z (audit); fleet-installer unhold agent lifts it");
    assertThat(why(endless)).isEqualTo("ann holds it; fleet-installer unhold agent lifts it");
  }

  private static String why(Policy policy) {
    return ((Desired.Leave) policy.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON).want())
        .why()
        .sentence();
  }

  @Test
  void lifting_one_leaves_those_of_other_packages() {
    PackageName other = new PackageName("other");
    Policy both =
        Policy.EMPTY
            .with(new Hold(AGENT, decidedAt(NOON)))
            .with(new Hold(other, decidedAt(NOON)))
            .with(new Pin(other, V1, decidedAt(NOON)));

    assertThat(both.withoutHold(AGENT).holds()).containsOnlyKeys(other);
    assertThat(both.withoutPin(AGENT)).isEqualTo(both);
  }

  @Test
  void lifting_forgets() {
    Policy policy =
        Policy.EMPTY
            .with(override(V1, Optional.of(V2), Optional.empty()))
            .with(new Hold(AGENT, decidedAt(NOON)));

    assertThat(policy.withoutHold(AGENT).withoutOverride(AGENT)).isEqualTo(Policy.EMPTY);
  }

  @Test
  void a_pin_outlasts_another_release_that_is_asked_for() {
    Policy policy = Policy.EMPTY.with(new Pin(AGENT, V1, decidedAt(NOON)));

    assertThat(runs(policy.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON))).contains(V1);
    assertThat(runs(policy.resolve(AGENT, asked(V3), HostPolicy.NONE, NOON))).contains(V1);
    assertThat(runs(policy.resolve(AGENT, Optional.empty(), HostPolicy.NONE, NOON))).contains(V1);
    assertThat(runs(policy.withoutPin(AGENT).resolve(AGENT, asked(V2), HostPolicy.NONE, NOON)))
        .contains(V2);
  }

  @Test
  void a_pin_says_who_pinned_and_why_until_it_expires() {
    Decision brief = new Decision("ann", NOON, "audit", Optional.of(NOON.plusSeconds(60)));
    Policy policy = Policy.EMPTY.with(new Pin(AGENT, V1, brief));

    assertThat(policy.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON).origin())
        .isEqualTo(new Origin(Origin.Kind.MANUAL, "ann", "audit"));
    assertThat(policy.pin(AGENT, NOON.plusSeconds(59))).isPresent();
    assertThat(policy.pin(AGENT, NOON.plusSeconds(60))).isEmpty();
    assertThat(runs(policy.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON.plusSeconds(60))))
        .contains(V2);
  }

  @Test
  void the_latest_of_pin_override_and_hold_counts() {
    LocalOverride override = override(V3, Optional.of(V2), Optional.empty());
    Policy older =
        Policy.EMPTY.with(override).with(new Pin(AGENT, V1, decidedAt(NOON.minusSeconds(9))));
    Policy newer =
        Policy.EMPTY.with(override).with(new Pin(AGENT, V1, decidedAt(NOON.plusSeconds(9))));

    assertThat(runs(older.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON))).contains(V3);
    assertThat(runs(newer.resolve(AGENT, asked(V2), HostPolicy.NONE, NOON))).contains(V1);
    assertThat(
            leftFor(
                newer
                    .with(new Hold(AGENT, decidedAt(NOON.plusSeconds(9))))
                    .resolve(AGENT, asked(V2), HostPolicy.NONE, NOON)))
        .isEqualTo(ReasonCode.HELD);
    assertThat(
            runs(
                newer
                    .with(new Hold(AGENT, decidedAt(NOON.plusSeconds(8))))
                    .resolve(AGENT, asked(V2), HostPolicy.NONE, NOON)))
        .contains(V1);
  }

  @Test
  void what_a_person_decided_passes_a_hold_of_the_settings_but_nothing_forbidden()
      throws Exception {
    Policy policy = Policy.EMPTY.with(override(V1, Optional.of(V2), Optional.empty()));

    Desired held = policy.resolve(AGENT, asked(V2), host("packages: {agent: {hold: true}}"), NOON);
    Desired denied = policy.resolve(AGENT, asked(V2), host("deny: [agent]"), NOON);
    Desired ranged =
        policy.resolve(AGENT, asked(V2), host("packages: {agent: {range: '>1'}}"), NOON);

    assertThat(runs(held)).contains(V1);
    assertThat(Scene.outcome(denied)).isEqualTo("denied");
    assertThat(denied.want().release()).contains(V1);
    assertThat(denied.origin().kind()).isEqualTo(Origin.Kind.MANUAL);
    assertThat(Scene.outcome(ranged)).isEqualTo("out-of-range");
  }

  @Test
  void where_pins_of_a_person_and_of_the_settings_differ_nothing_changes() throws Exception {
    Policy policy = Policy.EMPTY.with(new Pin(AGENT, V1, decidedAt(NOON)));

    Desired differ = policy.resolve(AGENT, asked(V2), host("packages: {agent: {pin: '2'}}"), NOON);
    Desired agree = policy.resolve(AGENT, asked(V2), host("packages: {agent: {pin: '1'}}"), NOON);

    assertThat(Scene.outcome(differ)).isEqualTo("pinned");
    assertThat(runs(agree)).contains(V1);
  }

  @Test
  void an_override_stands_while_what_it_overrode_waits() {
    Desired waiting =
        new Desired(
            AGENT,
            new Desired.Later(
                new Desired.Run(V2), new Reason(ReasonCode.WAVE, "later"), Optional.empty()),
            new Origin(Origin.Kind.DEPLOYMENT, "ann", ""));
    Policy policy = Policy.EMPTY.with(override(V1, Optional.of(V2), Optional.empty()));

    assertThat(runs(policy.resolve(AGENT, Optional.of(waiting), HostPolicy.NONE, NOON)))
        .contains(V1);
  }

  private static HostPolicy host(String yaml) throws Exception {
    return HostPolicy.of(Document.yaml("installer.yaml", Scene.bytes(yaml)));
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
