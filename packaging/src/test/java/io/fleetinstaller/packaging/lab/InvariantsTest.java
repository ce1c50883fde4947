package io.fleetinstaller.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InvariantsTest {
  private static final String UPGRADED =
      """
      trusted=lab-old 0ld sha256:aaa0
      trusted=lab-new ne0 sha256:bbb0
      serving=1.9.0
      unit.MainPID=7
      unit.UnitFileState=enabled
      unit.OnFailure=
      executable=/opt/datadog-packages/node-exporter/1.9.0-bbb/bin/node_exporter
      current=1.9.0-bbb
      slot=node-exporter/1.5.0-aaa whole 0ld
      slot=node-exporter/1.9.0-bbb whole ne0
      journal=1.journal upgraded sha256:bbb0
      file=node-exporter.service
      neighbour=5 5 1.0-ccc 1.0-ccc
      data=kept
      free=900000000
      id=1
      end=upgraded
      verify=whole
      desired=sha256:bbb0
      outcome=1 upgraded 10:00
      told=1 upgraded sha256:bbb0
      told.current=sha256:bbb0
      told.desired=sha256:bbb0
      told.source=/etc/fleet-installer/desired.yaml none
      """;

  private static final String SELF_UPGRADED =
      UPGRADED
              .replace("lab-old", "self-one")
              .replace("lab-new", "self-two")
              .replace("node-exporter/", "fleet-installer/")
              .replace("1.9.0", "0.2.0")
              .replace("1.5.0", "0.1.0")
          + "agent=9 9 1.5.0\n";

  @Test
  void a_good_end_breaks_nothing() {
    assertThat(judged(UPGRADED)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "serving=1.9.0 | serving= | I1 it serves",
        "current=1.9.0-bbb | current=1.5.0-aaa | I1 current is not it",
        "end=upgraded | end=stuck | I1 it ended as 'stuck'",
        "verify=whole | verify=damaged | I1 verify says",
        "UnitFileState=enabled | UnitFileState=disabled | I1 its unit is not enabled",
        "file=node-exporter.service | file=x/60-trial.conf | I1 a trial's drop-in",
        "OnFailure= | OnFailure=fleet-installer-ended@node-exporter.service | I1 systemd still",
        "whole 0ld | whole 1ll | I8",
        "slot=node-exporter/1.5.0-aaa whole 0ld | staged=x | I2 the old copy",
        "bin/node_exporter | bin/node_exporter (deleted) | I2 it runs from a copy",
        "journal=1.journal upgraded | journal=1.journal open | I3 journals",
        "free=900000000 | free=1000 | I4",
        "neighbour=5 5 | neighbour=5 6 | I10 the neighbour was restarted",
        "neighbour=5 5 | neighbour=5 0 | I10 the neighbour does not run",
        "told=1 | told=0 | I6 the last report",
        "told.desired=sha256:bbb0 | told.desired=sha256:aaa0 | I9 it tells",
        "1.0-ccc 1.0-ccc | 1.0-ddd 1.0-ccc | I10 the neighbour has another copy",
        "free=900000000 | saw=1 -\\nsaw=17000000001 1.9.0\\nfree=900000000 | I7"
      })
  void what_does_not_hold_is_named(String seen, String instead, String broken) {
    String text = UPGRADED.replace(seen, instead.replace("\\n", "\n"));

    assertThat(judged(text)).anyMatch(it -> it.startsWith(broken));
  }

  @Test
  void a_release_that_was_taken_back_twice_was_not_remembered() {
    String twice =
        UPGRADED
            .replace("end=upgraded", "end=reverted")
            .replace(
                "journal=1.journal upgraded sha256:bbb0",
                "journal=1.journal reverted sha256:bbb0\njournal=2.journal reverted sha256:bbb0");

    assertThat(judged(twice)).anyMatch(it -> it.startsWith("I5 the release was taken back 2"));
  }

  @Test
  void data_that_a_candidate_spoilt_is_none_for_the_old_copy() {
    Facts back =
        Facts.of(
            UPGRADED
                .replace("serving=1.9.0", "serving=1.5.0")
                .replace("1.9.0-bbb/", "1.5.0-aaa/")
                .replace("current=1.9.0-bbb", "current=1.5.0-aaa")
                .replace("data=kept", "data=spoilt"));

    assertThat(new Invariants(Run.of(Route.DATA_REVERT), back, true).withoutDaemon())
        .containsExactly("I1 its data is spoilt");
  }

  @Test
  void without_a_daemon_something_whole_must_serve() {
    Facts silent = Facts.of(UPGRADED.replace("serving=1.9.0", "serving="));

    List<String> broken = new Invariants(Run.of(Route.UPGRADE), silent, true).withoutDaemon();

    assertThat(broken).contains("I1 without a daemon nothing serves");
  }

  @Test
  void without_a_daemon_no_candidate_stays_that_was_not_confirmed() {
    Facts stoodDown = Facts.of(UPGRADED);
    Facts confirmed = Facts.of(UPGRADED + "confirmed=yes\n");

    assertThat(new Invariants(Run.of(Route.UPGRADE), stoodDown, true).withoutDaemon())
        .contains("I1 the guard leaves an unconfirmed candidate alone");
    assertThat(new Invariants(Run.of(Route.UPGRADE), confirmed, true).withoutDaemon()).isEmpty();
  }

  @Test
  void of_the_daemons_own_upgrade_no_agent_notices_anything() {
    Run own = Run.of(Route.SELF_UPGRADE);

    assertThat(judged(own, SELF_UPGRADED)).isEmpty();
    assertThat(judged(own, SELF_UPGRADED.replace("agent=9 9", "agent=9 8")))
        .containsExactly("I10 the exporter was restarted");
    assertThat(judged(own, SELF_UPGRADED.replace("agent=9 9 1.5.0", "agent=9 0 ")))
        .contains("I10 the exporter serves ''");
  }

  @Test
  void a_daemon_is_back_within_half_a_minute_unless_it_cannot_start() {
    Run kills = Run.of(Route.SELF_UPGRADE, Strike.before("delete x", 1, Manner.KILL));
    Run dies = Run.of(Route.SELF_UPGRADE, Strike.before("delete x", 1, Manner.DIE));
    String silence = SELF_UPGRADED + "saw=0 -\nsaw=30001000000 0.2.0\n";

    assertThat(judged(kills, silence)).containsExactly("I7 nothing served for 30001 ms");
    assertThat(judged(dies, silence)).isEmpty();
  }

  @Test
  void a_wait_that_the_laboratory_did_not_sit_out_may_not_be_longer_than_the_guards_longest() {
    List<String> judged = judged(UPGRADED + "spared=400\n");
    List<String> tooLong = judged(UPGRADED + "spared=401\n");

    assertThat(judged).isEmpty();
    assertThat(tooLong).containsExactly("I7 the guard would have come after 401 s");
  }

  @Test
  void a_daemon_that_hangs_has_its_watchdogs_time_on_top() {
    Run hangs = Run.of(Route.UPGRADE, Strike.before("delete x", 1, Manner.STOP));
    String silence = UPGRADED + "saw=0 -\nsaw=%d 1.9.0\n";

    assertThat(judged(hangs, silence.formatted(36_000_000_000L))).isEmpty();
    assertThat(judged(hangs, silence.formatted(36_001_000_000L)))
        .containsExactly("I7 nothing served for 36001 ms");
  }

  private static List<String> judged(Run run, String facts) {
    return new Invariants(run, Facts.of(facts), true).atTheEnd();
  }

  private static List<String> judged(String facts) {
    return judged(Run.of(Route.UPGRADE), facts);
  }
}
