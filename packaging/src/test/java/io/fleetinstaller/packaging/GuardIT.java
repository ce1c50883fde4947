package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The old copy comes back when there is no daemon to bring it, and the daemon learns why. */
@ExtendWith(GuestBed.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GuardIT {
  private static final String ARMED = "/var/lib/fleet-installer/armed/node-exporter";
  private static final String FIRED = "/var/lib/fleet-installer/fired/node-exporter.";

  /** Of the copy of the record, whatever became of the record itself. */
  private static final String MARK_OF_BOOT = "/opt/datadog-packages/.guard/boot.node-exporter";

  /** A shell command that names the journal of the upgrade under way. */
  private static final String NEWEST =
      "grep -alF '\"version\":\"1.9.0\"' /var/lib/fleet-installer/journals/node-exporter/* | tail -1";

  private static final String OLD_SERVES =
      "curl -sf http://127.0.0.1:9100/metrics | grep -q 'node_exporter_build_info.*1\\.5\\.0'";
  private static final String NEW_SERVES =
      "curl -sf http://127.0.0.1:9100/metrics | grep -q 'node_exporter_build_info.*1\\.9\\.0'";

  private static final String OBSERVED =
      "grep -aq '\"begun\":\"OBSERVE\"' \"$(%s)\"".formatted(NEWEST);
  private static final String LOOKING = "fleet-installer-ended@node-exporter.service";
  private static final String SLOW =
      "/run/systemd/system/fleet-installer-ended@.service.d/slow.conf";

  private final Guest guest;
  private final Rig rig;

  GuardIT(Guest guest) throws IOException {
    this.guest = guest;
    this.rig = new Rig(guest);
  }

  @BeforeAll
  void a_host_with_the_old_exporter() {
    rig.fresh(Rig.GOOD);
    rig.start();
    rig.bringTo("old");
    guest.sh("/usr/local/lib/bed/snapshot save");
  }

  @BeforeEach
  void again() {
    guest.sh("/usr/local/lib/bed/snapshot restore");
    rig.desire("old");
    rig.start();
  }

  @AfterEach
  void a_daemon_that_can_start() {
    guest.sh("rm -rf %s /run/wait /run/looked /run/go".formatted(SLOW.replaceFirst("/[^/]*$", "")));
    daemonCanStart(true);
  }

  @Tag("F08")
  @Tag("F34")
  @ParameterizedTest
  @CsvSource({
    "main, KILL, enable",
    "all, KILL, enable",
    "main, TERM, enable",
    "main, TERM, disable"
  })
  void a_candidate_that_ends_by_itself_is_taken_back_without_a_daemon(
      String whom, String signal, String verb) {
    guest.sh("systemctl %s %s".formatted(verb, Rig.UNIT));
    onTrialWithoutDaemon();

    guest.sh("systemctl kill --kill-who=%s --signal=%s %s".formatted(whom, signal, Rig.UNIT));

    assertThat(guest.within(10, "[ -e " + FIRED + "failed ]")).as(rig::story).isTrue();
    assertThat(guest.within(5, OLD_SERVES)).as(rig::story).isTrue();
    assertDaemonTells("guard-fired", "ended by itself");
  }

  @Tag("F35")
  @Test
  void a_candidate_that_is_deleted_on_trial_is_taken_back_all_the_same() {
    onTrialWithoutDaemon();
    guest.sh("rm -r $(realpath /opt/datadog-packages/node-exporter/current)");

    guest.sh("systemctl kill --kill-who=main --signal=KILL " + Rig.UNIT);

    assertThat(guest.within(10, "[ -e " + FIRED + "failed ]")).as(rig::story).isTrue();
    assertThat(guest.within(5, OLD_SERVES)).as(rig::story).isTrue();
    assertDaemonTells("guard-fired", "ended by itself");
  }

  @Test
  void a_candidate_that_ends_while_the_guard_looks_at_another_end_is_taken_back_all_the_same() {
    onTrialWithoutDaemon();
    guest.write(
        SLOW,
        """
        [Service]
        ExecStart=
        ExecStart=/bin/sh -c '/bin/sh /etc/systemd/system/fleet-installer-guard/guard ended %i; was=$$?; touch /run/looked; [ -e /run/go ] || cat /run/wait; exit $$was'
        """);
    guest.sh("mkfifo /run/wait; systemctl daemon-reload; systemctl start --no-block " + LOOKING);
    assertThat(guest.within(10, "[ -e /run/looked ]")).as(rig::story).isTrue();

    guest.sh("systemctl kill --kill-who=main --signal=KILL " + Rig.UNIT);
    assertThat(guest.within(5, "systemctl is-failed --quiet " + Rig.UNIT)).isTrue();
    guest.sh("touch /run/go; echo > /run/wait");

    assertThat(guest.within(10, "[ -e " + FIRED + "failed ]")).as(rig::story).isTrue();
    assertThat(guest.within(5, OLD_SERVES)).as(rig::story).isTrue();
    assertDaemonTells("guard-fired", "ended by itself");
  }

  @Test
  void a_candidate_that_is_never_confirmed_is_taken_back_at_its_deadline_whatever_reloads() {
    onTrialWithoutDaemon();

    assertThat(guest.within(25, "systemctl daemon-reload; [ -e " + FIRED + "deadline ]"))
        .as(rig::story)
        .isTrue();

    assertThat(guest.within(5, OLD_SERVES)).as(rig::story).isTrue();
    assertDaemonTells("guard-fired", "not confirmed in its time");
  }

  @Test
  void what_a_person_stops_is_not_taken_back_before_its_deadline() {
    onTrialWithoutDaemon();

    guest.sh("systemctl stop " + Rig.UNIT);

    assertThat(guest.holds("[ -e " + ARMED + " ]")).as(rig::story).isTrue();
    guest.sh("systemctl start fleet-installer-guard@node-exporter.service");
    assertThat(guest.within(10, "[ -e " + FIRED + "deadline ]")).as(rig::story).isTrue();
  }

  @Test
  void what_fails_while_a_person_stops_it_is_not_taken_back_before_its_deadline() {
    onTrialWithoutDaemon();

    // as a JVM ends with 143 on SIGTERM: a program in Go ends with 2 on this
    guest.sh(
        """
        folder=/run/systemd/system/%1$s.d
        mkdir -p $folder
        printf '[Service]\nKillSignal=SIGABRT\n' > $folder/70-abort.conf
        systemctl daemon-reload
        systemctl stop %1$s
        rm -r $folder
        systemctl daemon-reload
        """
            .formatted(Rig.UNIT));
    guest.sh("systemctl start --wait fleet-installer-ended@node-exporter.service");

    assertThat(guest.holds("systemctl is-failed --quiet " + Rig.UNIT)).as(rig::story).isTrue();
    assertThat(guest.holds("[ -e " + ARMED + " ]")).as(rig::story).isTrue();
    guest.sh("systemctl start fleet-installer-guard@node-exporter.service");
    assertThat(guest.within(10, "[ -e " + FIRED + "deadline ]")).as(rig::story).isTrue();
  }

  @Test
  void what_a_dead_daemon_had_stopped_does_not_wait_for_the_deadline() {
    onTrialWithoutDaemon();
    guest.sh(
        """
        systemctl stop fleet-installer-guard@node-exporter.timer
        echo '0123abcd {"at":"x","begun":"RESTART","boot":"x"}' >> "$(%s)"
        systemctl stop %s
        """
            .formatted(NEWEST, Rig.UNIT));

    assertThat(guest.within(30, "[ -e " + FIRED + "deadline ]")).as(rig::story).isTrue();

    assertThat(guest.within(5, OLD_SERVES)).as(rig::story).isTrue();
    assertDaemonTells("guard-fired", "not confirmed in its time");
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "rm " + ARMED, "truncate -s 40 " + ARMED})
  void a_power_cut_during_the_trial_ends_in_the_old_copy_before_any_agent_starts(String loss) {
    onTrialWithoutDaemon();
    guest.sh(loss);

    guest.kill();
    guest.boot();

    assertThat(guest.holds("[ -e " + MARK_OF_BOOT + " ]")).as(rig::story).isTrue();
    assertThat(guest.within(5, OLD_SERVES)).as(rig::story).isTrue();
    assertDaemonTells("inconclusive", "the machine went down");
  }

  @Test
  void a_current_that_is_lost_is_right_before_the_agent_starts_without_a_daemon() {
    assertThat(guest.within(20, "[ -L /opt/datadog-packages/.guard/known.node-exporter ]"))
        .as(rig::story)
        .isTrue();
    daemonCanStart(false);
    guest.sh("systemctl kill --signal=KILL fleet-installer.service");
    guest.sh("rm /opt/datadog-packages/node-exporter/current");

    guest.kill();
    guest.boot();

    assertThat(guest.within(5, OLD_SERVES)).as(rig::story).isTrue();
    assertThat(guest.sh("journalctl --boot --unit=fleet-installer-boot.service"))
        .contains("node-exporter/current was lost: it names 1.5.0");
  }

  @Test
  void a_candidate_on_trial_is_taken_back_at_boot_when_all_state_is_lost_and_the_daemon_with_it() {
    onTrialWithoutDaemon();
    guest.sh("rm -r /var/lib/fleet-installer /opt/datadog-packages/node-exporter/current");

    guest.kill();
    guest.boot();

    assertThat(guest.within(5, OLD_SERVES)).as(rig::story).isTrue();
    assertThat(guest.holds("[ -e " + MARK_OF_BOOT + " ]")).as(rig::story).isTrue();
    assertDaemonTells("inconclusive", "the machine went down");
  }

  @Tag("F17")
  @Test
  void an_orderly_reboot_during_the_trial_ends_in_the_candidate() {
    rig.desire("new");
    untilSeenWell();

    guest.powerOff();
    guest.boot();

    assertThat(guest.sh("journalctl --boot --unit=fleet-installer-boot.service"))
        .contains("node-exporter: the trial of 1.9.0", "goes on");
    Rig.Ended ended = rig.ended("new");
    assertThat(ended.end()).as(rig::story).isEqualTo("upgraded");
    assertThat(guest.within(5, NEW_SERVES)).as(rig::story).isTrue();
    assertThat(paused()).as(rig::story).isEqualTo("1");
  }

  @Test
  void a_daemon_that_was_stopped_before_the_power_went_on_trial_ends_in_the_old_copy() {
    rig.desire("new");
    untilSeenWell();
    rig.stop();
    assertThat(paused()).as(rig::story).isEqualTo("1");

    guest.kill();
    guest.boot();

    Rig.Ended ended = rig.ended("new");
    assertThat(ended.end()).as(rig::story).isEqualTo("reverted");
    assertThat(ended.code()).as(ended.sentence()).isEqualTo("inconclusive");
    assertThat(rig.serving()).isEqualTo("1.5.0");
  }

  @Test
  void a_guard_that_comes_too_late_leaves_a_confirmed_upgrade_alone() {
    rig.desire("new");
    guest.sh(
        "until grep -aq CONFIRM /var/lib/fleet-installer/journals/node-exporter/*; do :; done;"
            + " cp %s /root/armed 2> /dev/null || true".formatted(ARMED));
    rig.ended("new");
    guest.sh("[ ! -s /root/armed ] || cp /root/armed " + ARMED);

    guest.sh("systemctl start fleet-installer-guard@node-exporter.service");
    guest.sh("systemctl start fleet-installer-guard@node-exporter.service");

    assertThat(guest.within(5, NEW_SERVES)).as(rig::story).isTrue();
    assertThat(guest.within(5, "[ ! -e " + ARMED + " ]")).isTrue();
  }

  @Test
  void what_is_over_leaves_nothing_behind() {
    rig.desire("crashes");
    rig.ended("crashes");
    rig.desire("new");
    rig.ended("new");

    String left =
        guest.sh(
            """
            cd /etc/systemd/system
            find . -name '*guard*node-exporter*' -o -name 'zz-fleet-installer-trial.conf'
            find /var/lib/fleet-installer/armed /var/lib/fleet-installer/fired -type f
            find /opt/datadog-packages/node-exporter -maxdepth 1 -name '.current*'
            """);

    assertThat(left).isEmpty();
  }

  private void untilSeenWell() {
    assertThat(guest.within(60, "grep -aq '\"well\":true' \"$(%s)\"".formatted(NEWEST)))
        .as(rig::story)
        .isTrue();
  }

  /** How often the daemon has said that it was told to stop. */
  private String paused() {
    return guest.sh("grep -ac '\"paused\":true' \"$(%s)\" || true".formatted(NEWEST));
  }

  /** The candidate serves and is on trial, and the daemon is gone and cannot come back. */
  private void onTrialWithoutDaemon() {
    daemonCanStart(false);
    rig.desire("new");
    assertThat(guest.within(60, NEW_SERVES)).as(rig::story).isTrue();
    // Before that the guard may still be looking at how the old copy ended.
    assertThat(guest.within(20, OBSERVED + " && ! systemctl -q is-active " + LOOKING))
        .as(rig::story)
        .isTrue();
    guest.sh("systemctl kill --signal=KILL fleet-installer.service");
    assertThat(guest.holds("[ -e " + ARMED + " ]")).as(rig::story).isTrue();
  }

  private void daemonCanStart(boolean can) {
    String conf = "/etc/systemd/system/fleet-installer.service.d/broken.conf";
    if (can) {
      guest.sh("rm -f " + conf + "; systemctl daemon-reload");
    } else {
      // The daemon that runs is not touched: only its next start fails.
      guest.write(conf, "[Service]\nExecStart=\nExecStart=/bin/false\n");
      guest.sh("systemctl daemon-reload");
    }
  }

  private void assertDaemonTells(String code, String sentence) {
    daemonCanStart(true);
    guest.sh("systemctl restart fleet-installer.service");
    Rig.Ended ended = rig.ended("new");
    assertThat(ended.end()).as(rig::story).isEqualTo("reverted");
    assertThat(ended.code()).as(ended.sentence()).isEqualTo(code);
    assertThat(ended.sentence()).contains(sentence);
    assertThat(rig.serving()).isEqualTo("1.5.0");
    assertThat(rig.slots()).hasSize(1);
  }
}
