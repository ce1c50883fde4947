package io.fleetinstaller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.report.Explanation;
import io.fleetinstaller.report.Outlook;
import io.fleetinstaller.report.PackageStatus;
import io.fleetinstaller.report.PlanReport;
import io.fleetinstaller.report.Samples;
import io.fleetinstaller.report.Tree;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What people see, from the documents that the daemon writes. */
class ScreensTest {

  @Test
  void status_is_a_table_with_what_is_wrong_under_it() throws Fault {
    String text = StatusText.of(document(Samples.host().tree()), false);

    assertThat(text)
        .isEqualTo(
            """
            PACKAGE        CURRENT  DESIRED  STATE      NEXT
            backup-agent   2.4.1    2.4.1*   ok         up-to-date: it runs what is desired
            log-agent      3.0.0    absent*  held       held: alice holds it until 2026-01-05: exam week
            node-exporter  1.5.0    1.9.1*   waiting    backoff: 1.9.1 was taken back at 11:30; it is tried again at 19:31, or at once with 'fleet-installer poll --retry node-exporter'
            web-agent      7.1.0    7.1.0*   upgrading  observe 45 %, 1m 21s of 3m; 7.0.0 -> 7.1.0
            * unsigned: asked for on this host, by no signed document
            ! bad-settings: /etc/fleet-installer/desired.yaml:4: packages[0].digest: it is missing; what was read at 2026-01-02 10:00 UTC stays in use
            web-1: fleet-installer 0.1.0 (systemd) since 2026-01-02 08:55 UTC, 12.0 GiB free on /opt/datadog-packages
            """);
  }

  @Test
  void explain_tells_that_newer_wishes_may_be_unknown() throws Fault {
    Explanation explanation = new Explanation(Samples.NOW, Samples.well(), Samples.host().source());

    String text = ExplainText.of(document(explanation.tree()));

    assertThat(text)
        .contains(
            "source      bad-settings: /etc/fleet-installer/desired.yaml:4: packages[0].digest");
  }

  @Test
  void status_tells_what_the_signed_config_proved_and_what_of_it_was_refused() throws Fault {
    String text = StatusText.of(document(Samples.signed().tree()), false);

    assertThat(text)
        .contains(
            "! malformed: deployments/web/agent.json: package: it must be agent, as its path says")
        .contains(
            "! https://one.example.com/fleet was passed over: metadata-rollback: timestamp 40 is older than 41")
        .contains(
            "signed config 41 of https://two.example.com/fleet, valid until 2026-01-05 10:00 UTC");
  }

  @Test
  void colours_do_not_move_the_columns() throws Fault {
    Document status = document(Samples.host().tree());

    String text = StatusText.of(status, true);

    assertThat(text).contains("\u001b[32mok\u001b[0m");
    assertThat(text.replaceAll("\u001b\\[[0-9]*m", "")).isEqualTo(StatusText.of(status, false));
  }

  @Test
  void explain_tells_why_it_waits_and_what_was_seen() throws Fault {
    String text = explain(Samples.backingOff());

    assertThat(text)
        .isEqualTo(
            """
            node-exporter is waiting
              why       1.9.1 was taken back at 11:30; it is tried again at 19:31, or at once with 'fleet-installer poll --retry node-exporter'
              code      backoff
              until     2026-01-02 19:31 UTC, in 7h 31m

            current     1.5.0 (702a91a4c7ab)
            previous    1.4.0 (4b8085fab305)
            desired     1.9.1 (c96269cc8a90), says /etc/fleet-installer/desired.yaml (january rollout), unsigned
            last        reverted 1.5.0 -> 1.9.1 at 2026-01-02 11:30 UTC, 30m ago
              why       node-exporter.service exited with status 1, 2 s after its start
              code      exited
              asked by  /etc/fleet-installer/desired.yaml (january rollout)
              fetched   by ranges, 9.1 MiB in 12 requests
              evidence
                | 11:29:58 starting up
                | 11:29:59 panic: no such flag --web.listen
            """);
  }

  @Test
  void explain_tells_how_far_an_upgrade_is() throws Fault {
    String text = explain(Samples.upgrading());

    assertThat(text)
        .isEqualTo(
            """
            web-agent is upgrading
              now       observe 45 %, 1m 21s of 3m
              route     7.0.0 -> 7.1.0
              began     2026-01-02 11:29 UTC, 31m ago
              asked by  alice
              why       alice asked for 7.1.0
              code      asked-for

            current     7.1.0 (6ac523839d2a)
            previous    none
            desired     7.1.0 (6ac523839d2a), says alice, unsigned
            override    7.1.0 (6ac523839d2a), by alice (hotfix) since 2026-01-02 11:58 UTC
            last        no upgrade has ended yet
            """);
  }

  @Test
  void whom_an_upgrade_waits_for_is_told_and_that_he_is_asked_again() throws Fault {
    String status = StatusText.of(document(Samples.signed().tree()), false);
    String waits = explain(Samples.fetching());
    Explanation later =
        new Explanation(Samples.NOW.plusSeconds(6), Samples.fetching(), Samples.signed().source());
    String asks = ExplainText.of(document(later.tree()));

    assertThat(status)
        .contains(
            "unpack 25 %, 10.0 MiB of 40.0 MiB, waits for https://registry.example.com:5000/agents/web-agent until 12:00:05 UTC (it answered 503 (no capacity)); 7.0.0 -> 7.1.0\n");
    assertThat(waits)
        .contains(
            "  now       unpack 25 %, 10.0 MiB of 40.0 MiB, waits for https://registry.example.com:5000/agents/web-agent until 12:00:05 UTC (it answered 503 (no capacity))\n");
    assertThat(asks)
        .contains(
            "  now       unpack 25 %, 10.0 MiB of 40.0 MiB, asks https://registry.example.com:5000/agents/web-agent again since 12:00:05 UTC (it answered 503 (no capacity))\n");
  }

  @Test
  void explain_tells_who_holds_it() throws Fault {
    String text = explain(Samples.held());

    assertThat(text)
        .isEqualTo(
            """
            log-agent is held
              why       alice holds it until 2026-01-05: exam week
              code      held

            current     3.0.0 (fdbfd36a0858)
            previous    none
            desired     absent, says /etc/fleet-installer/desired.yaml (january rollout), unsigned
            hold        by alice (exam week) since 2026-01-02 09:00 UTC, until 2026-01-05 09:00 UTC, in 2d 21h
            last        no upgrade has ended yet
            """);
  }

  @Test
  void plan_is_a_line_for_each_package() throws Fault {
    String text = PlanText.of(document(Samples.plan().tree()));

    assertThat(text)
        .isEqualTo(
            """
            PACKAGE        ACTION   FROM   TO     WHY
            backup-agent   none     2.4.1  2.4.1  up-to-date: it runs what is desired
            log-agent      none     3.0.0  3.0.0  held: alice holds it until 2026-01-05: exam week
            node-exporter  wait     1.5.0  1.9.1  backoff: 1.9.1 was taken back at 11:30; it is tried again at 19:31, or at once with 'fleet-installer poll --retry node-exporter'; until 2026-01-02 19:31 UTC, in 7h 31m
            web-agent      upgrade  7.0.0  7.1.0  asked-for: alice asked for 7.1.0
            """);
  }

  @Test
  void an_upgrade_without_a_way_back_is_told_beforehand() throws Fault {
    Outlook due = Samples.well().outlook();
    Outlook passing =
        new Outlook(
                due.name(),
                Outlook.Kind.ACT,
                Optional.of(Samples.release("agent", "1.4")),
                Optional.of(Samples.release("agent", "1.5")),
                due.reason(),
                Optional.empty())
            .passing(release -> release.version().value().equals("1.5"));

    String plan = PlanText.of(document(new PlanReport(Samples.NOW, List.of(passing)).tree()));
    String explained = explain(Samples.due(passing));

    String note =
        "after confirmation there is no way back to 1.4: it cannot read the data any more";
    assertThat(plan).contains(note);
    assertThat(explained).contains("  note      " + note + "\n");
    assertThat(due.passing(_ -> true).noReturn()).isEmpty();
  }

  @Test
  void history_is_a_line_for_each_upgrade() throws Fault {
    String text = HistoryText.of(document(Samples.history().tree()));

    assertThat(text)
        .isEqualTo(
            """
            BEGAN                 TOOK  PACKAGE        FROM     TO     END       BY                                 WHY
            2026-01-02 11:29 UTC  1m    node-exporter  nothing  1.5.0  upgraded  /etc/fleet-installer/desired.yaml
            2026-01-02 11:29 UTC  1m    node-exporter  1.5.0    1.9.1  reverted  /etc/fleet-installer/desired.yaml  exited: node-exporter.service exited with status 1, 2 s after its start
            """);
  }

  @Test
  void what_an_agent_logged_cannot_steer_the_terminal() throws Fault {
    String text = explain(Samples.reverted("\u001b]0;pwned\u0007 caf\u00e9"));

    assertThat(text).contains("| ?]0;pwned? caf\u00e9").doesNotContain("\u001b");
  }

  @Test
  void nothing_at_all_is_said_in_words() throws Fault {
    Tree empty = Tree.document().put("clock", Instant.EPOCH);

    assertThat(PlanText.of(document(empty)))
        .isEqualTo("nothing is installed and nothing is asked for\n");
    assertThat(HistoryText.of(document(empty))).isEqualTo("no upgrade has ended yet\n");
  }

  private static String explain(PackageStatus status) throws Fault {
    return ExplainText.of(
        document(new Explanation(Samples.NOW, status, Samples.signed().source()).tree()));
  }

  private static Document document(Tree tree) throws Fault {
    return Document.json("a document", Json.bytes(tree.entries()));
  }
}
