package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** A host does what signed config says, and nothing else. */
@ExtendWith(GuestBed.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SignedConfigIT {
  private static final String EXPIRED = ".source.error.code == \"metadata-expired\"";
  private static final String WELL = ".source.error == null";

  private final Guest guest;
  private final Rig rig;
  private final Fleet fleet;

  SignedConfigIT(Guest guest) throws IOException {
    this.guest = guest;
    this.rig = new Rig(guest);
    this.fleet = new Fleet(guest);
  }

  @BeforeAll
  void a_host_with_the_old_exporter() {
    rig.fresh(Rig.GOOD);
    fleet.asAtFirst();
    fleet.isFollowedFrom(Fleet.SECURE);
    rig.start();
    assertThat(rig.ended("old").end()).isEqualTo("upgraded");
    guest.sh("/usr/local/lib/bed/snapshot save");
  }

  @BeforeEach
  void and_the_repository_that_it_follows() {
    guest.sh("/usr/local/lib/bed/clock none; /usr/local/lib/bed/snapshot restore");
    fleet.asAtFirst();
    fleet.isFollowedFrom(Fleet.SECURE);
  }

  @AfterAll
  void leave_the_clock_as_it_was() {
    guest.sh("/usr/local/lib/bed/clock none");
  }

  @Test
  void an_operator_deploys_to_a_wave_and_within_a_window() {
    ZonedDateTime now = ZonedDateTime.now(ZoneId.of("Asia/Tokyo")).truncatedTo(ChronoUnit.SECONDS);
    ZonedDateTime window = now.plusHours(2).truncatedTo(ChronoUnit.MINUTES);
    guest.sh("/usr/local/lib/bed/clock +0");
    rig.start();

    fleet.deploys(
        "new",
        "note: the disks are counted right",
        "select: {tags: {env: [prod]}, os: [linux], hosts: [\"gu*\"]}",
        "rollout: {start: \"%s\", waves: [{percent: 1}, {percent: 100, after: 1h}]}"
            .formatted(now.toInstant()),
        "window: {days: [%s], from: \"%s\", for: 1h, zone: Asia/Tokyo}"
            .formatted(
                DateTimeFormatter.ofPattern("EEE", Locale.ROOT)
                    .format(window)
                    .toLowerCase(Locale.ROOT),
                window.toLocalTime()));
    waitsFor("wave", now.plusHours(1).toInstant());
    guest.sh("/usr/local/lib/bed/clock +61m");
    waitsFor("window", window.toInstant());
    assertThat(rig.serving()).isEqualTo("1.5.0");
    guest.sh("/usr/local/lib/bed/clock +121m");
    Rig.Ended ended = rig.ended("new");

    assertThat(ended.end()).as(rig::story).isEqualTo("upgraded");
    assertThat(rig.serving()).isEqualTo("1.9.0");
    assertThat(history(".origin | .kind, .by, .note"))
        .isEqualTo("deployment\nAda (deployment exporter)\nthe disks are counted right");
    assertThat(reported(".packages[0].current.version == \"1.9.0\" and .identity.id == \"guest\""))
        .isTrue();
  }

  private void waitsFor(String code, Instant until) {
    fleet.sees(".packages[0].outlook.reason.code == \"%s\"".formatted(code));
    assertThat(fleet.explained(".package | .state, .outlook.reason.code, .outlook.until"))
        .isEqualTo("waiting\n%s\n%s".formatted(code, until));
  }

  private String history(String filter) {
    return guest.sh(
        "fleet-installer history node-exporter --json | jq -r '.upgrades[-1] | %s'"
            .formatted(filter));
  }

  private boolean reported(String condition) {
    return guest.within(
        20, "tail -1 /var/log/bed-reports.log | jq -e '%s' > /dev/null".formatted(condition));
  }

  @Test
  void an_operator_cannot_sign_for_a_group_of_others() {
    Guest.Result tried = fleet.tries("repo deploy --group prod \"$(wish new)\" && out mallory");

    assertThat(tried.status()).as(tried.out()).isEqualTo(2);
    assertThat(tried.err()).contains("bad-signature", "ops-prod");
  }

  @Test
  void a_host_does_not_believe_the_wrong_operator_who_has_stolen_online_keys() {
    rig.start();

    fleet.does(
        """
        cp -a repo evil; folder=evil
        repo rotate ops-prod --out people/ada.pub --in people/mallory.pub
        repo deploy --group prod "$(wish new)"
        out mallory
        forge ops-prod
        """);

    fleet.sees("any(.trusted.refused[]; .code == \"bad-signature\")");
    assertThat(fleet.explained(".package.outlook | .kind, .reason.code"))
        .isEqualTo("rest\nbad-signature");
    stays("1.5.0");
  }

  @Test
  void a_role_has_no_say_about_a_group_of_others() {
    rig.start();

    fleet.does(
        """
        cp -a repo evil; folder=evil
        repo revoke people/ada.pub
        repo delegate ops-test --to people/mallory.pub --group test --group prod
        repo deploy --group prod "$(wish new)"
        out mallory
        forge ops-test
        """);

    fleet.sees(".trusted.versions.snapshot > 1 and .source.error == null");
    stays("1.5.0");
  }

  @Test
  void what_no_publisher_vouches_for_is_not_deployed() {
    rig.start();
    Guest.Result tried = fleet.tries("repo deploy --group prod \"$(wish swift)\"");

    fleet.does(
        """
        cp -a repo evil; folder=evil
        release swift stable
        repo deploy --group prod "$(wish swift)"
        out ada pia
        forge ops-prod
        """);

    assertThat(tried.status()).isEqualTo(2);
    assertThat(tried.err()).contains("not-in-catalog");
    fleet.sees(".packages[0].outlook.reason.code == \"not-in-catalog\"");
    assertThat(fleet.explained(".package.outlook.reason.sentence"))
        .contains("asked for by Ada", guest.sh("cat /srv/releases/swift/digest"));
    stays("1.5.0");
  }

  @Test
  void an_older_release_needs_a_signed_word_that_it_is_meant() {
    rig.start();
    fleet.deploys("new");
    assertThat(rig.ended("new").end()).isEqualTo("upgraded");

    fleet.deploys("old");
    fleet.sees(".packages[0].outlook.reason.code == \"downgrade\"");
    String before = rig.serving();
    fleet.deploys("old", "allowDowngrade: true");
    Rig.Ended ended = rig.ended("old");

    assertThat(before).isEqualTo("1.9.0");
    assertThat(ended.end()).isEqualTo("upgraded");
    assertThat(rig.serving()).isEqualTo("1.5.0");
  }

  @Test
  void an_older_repository_is_refused() {
    rig.start();
    fleet.does("cp -a repo/public older");
    fleet.deploys("new");
    assertThat(rig.ended("new").end()).isEqualTo("upgraded");

    String refused = ".source.error.code == \"metadata-rollback\"";
    fleet.does("mv repo/public newer; mv older repo/public");
    fleet.sees(refused);
    rig.stop();
    rig.start();
    fleet.sees(refused);
    stays("1.9.0");
    fleet.does("mv repo/public older; mv newer repo/public; rm -r older");
    fleet.deploys("new", "note: as it should be");

    fleet.sees(".packages[0].desired.origin.note == \"as it should be\" and " + WELL);
    assertThat(guest.sh("journalctl -o cat -u fleet-installer.service | grep 'refused config'"))
        .contains("code=\"metadata-rollback\"", "role=\"timestamp\"");
  }

  @Test
  void a_host_that_was_off_follows_a_root_that_changed_twice() {
    fleet.does(
        """
        repo rotate root --out=people/root-{1,2,3}.pub --in=people/root-{4,5,6}.pub
        out root-1 root-2 root-4 root-5
        repo rotate root --out=people/root-{4,5,6}.pub --in=people/root-{7,8,9}.pub
        out root-4 root-5 root-7 root-8
        """);
    fleet.deploys("new");

    rig.start();

    assertThat(rig.ended("new").end()).isEqualTo("upgraded");
    fleet.sees(".trusted.versions.root == 3 and " + WELL);
  }

  @Test
  void what_a_publisher_adds_to_a_channel_follows_the_rule_of_an_operator() {
    rig.start();
    fleet.does(
        """
        repo deploy --group prod --package node-exporter --id exporter --by Ada \
          --follow edge --range '>=1.5 <2'
        out ada
        """);
    fleet.sees(".packages[0].desired.origin.by == \"Ada (deployment exporter)\"");
    String before = rig.serving();

    fleet.does("release new edge; out pia");

    assertThat(rig.ended("new").end()).isEqualTo("upgraded");
    assertThat(before).isEqualTo("1.5.0");
    assertThat(history(".origin.by")).isEqualTo("Ada (deployment exporter)");
  }

  @Tag("F64")
  @Test
  void nothing_begins_on_the_word_of_what_has_expired() {
    fleet.isFollowedFrom(Fleet.PLAIN);
    guest.sh("/usr/local/lib/bed/clock +0");
    rig.start();
    fleet.sees(".trusted.lastContact != null and " + WELL);

    guest.sh("/usr/local/lib/bed/clock +10y");
    fleet.sees(EXPIRED);
    fleet.deploys("new");
    assertThat(fleet.explained(".package.outlook.reason.code")).isEqualTo("metadata-expired");
    stays("1.5.0");
    guest.sh("/usr/local/lib/bed/clock +0");

    assertThat(rig.ended("new").end())
        .as("by itself, when the clock is right")
        .isEqualTo("upgraded");
  }

  @Test
  void a_new_timestamp_mends_an_old_one_and_a_clock_that_goes_back_undoes_nothing() {
    fleet.isFollowedFrom(Fleet.PLAIN);
    guest.sh("/usr/local/lib/bed/clock +4d");
    rig.start();
    fleet.sees(EXPIRED);

    fleet.does(
        "LD_PRELOAD=$(echo /usr/lib/*/faketime/libfaketime.so.1) FAKETIME=+4d repo timestamp");
    fleet.sees(WELL);
    guest.sh("/usr/local/lib/bed/clock -10y");
    rig.stop();
    rig.start();

    fleet.sees(".clock < \"2020\" and .trusted.lastContact != null and " + WELL);
    stays("1.5.0");
  }

  @Test
  void a_bundle_needs_no_network() {
    guest.sh("mv /root/snapshot /srv/snapshot");
    rig.fresh(Rig.GOOD);
    guest.sh("mv /srv/snapshot /root/snapshot");
    fleet.does("repo bundle fleet.bundle --package node-exporter=/srv/releases/old/layout");
    fleet.isFollowed("{bundle: /srv/fleet/fleet.bundle}", "");
    guest.sh("systemctl stop bed-web.service bed-registry.service");
    try {
      rig.start();

      assertThat(rig.ended("old").end()).isEqualTo("upgraded");
      assertThat(rig.serving()).isEqualTo("1.5.0");
    } finally {
      guest.sh("systemctl start bed-registry.service bed-web.service");
    }
  }

  /** After one more poll, nothing has changed on the host. */
  private void stays(String version) {
    guest.run("fleet-installer", "poll");
    assertThat(rig.serving()).isEqualTo(version);
    assertThat(fleet.explained(".package.upgrade")).isEqualTo("null");
  }
}
