package io.fleetinstaller.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReportedTest {
  private static final String UPGRADED =
      """
      id=2
      end=upgraded
      current=1.9.0-bbb
      journal=1.journal upgraded sha256:aaa0
      journal=2.journal upgraded sha256:bbb0
      desired=sha256:bbb0
      outcome=1 upgraded 10:00
      outcome=2 upgraded 10:05
      told=2 upgraded sha256:bbb0
      told.current=sha256:bbb0
      told.desired=sha256:bbb0
      told.source=/etc/fleet-installer/desired.yaml none
      """;

  @Test
  void a_server_that_knows_what_is_true_has_nothing_to_complain_of() {
    assertThat(broken(UPGRADED)).isEmpty();
  }

  @Test
  void a_removal_is_known_too() {
    String removed =
        UPGRADED
            .replace("current=1.9.0-bbb", "current=")
            .replace("told.current=sha256:bbb0", "told.current=none")
            .replace("desired=sha256:bbb0", "desired=absent");

    assertThat(broken(removed)).isEmpty();
  }

  @Test
  void an_attempt_that_a_later_start_went_on_with_counts_once() {
    String again = "outcome=2 given-up 10:05\n" + UPGRADED;

    assertThat(broken(again)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "told=2 upgraded sha256:bbb0 | told= | I6 no report",
        "told=2 upgraded | told=1 upgraded | I6 the last report tells of 1 upgraded, the daemon",
        "told=2 upgraded | told=2 reverted | I6 the last report tells of 2 reverted, the daemon",
        "journal=2.journal upgraded | journal=2.journal open | I6 the last report tells of upgraded",
        "journal=2.journal upgraded | aside=2.journal.corrupt | I6 the last report tells of upgraded",
        "outcome=1 upgraded | outcome=2 reverted | I6 2 was told as reverted and as upgraded",
        "outcome=1 upgraded 10:00 | outcome=1 upgraded 10:05 | I6 one attempt was told as 1 and as 2",
        "desired.yaml none | desired.yaml unsigned | I9 it tells of its source",
        "told.desired=sha256:bbb0 | told.desired=sha256:aaa0 | I9 it tells that sha256:aaa0 is asked",
        "told.current=sha256:bbb0 | told.current=sha256:aaa0 | I9 it tells that sha256:aaa0 is current",
        "current=1.9.0-bbb | current= | I9 it tells that sha256:bbb0 is current"
      })
  void what_a_server_does_not_know_is_named(String seen, String instead, String broken) {
    assertThat(broken(UPGRADED.replace(seen, instead == null ? "" : instead)))
        .anyMatch(it -> it.startsWith(broken));
  }

  private static List<String> broken(String facts) {
    return new Reported(Facts.of(facts)).broken();
  }
}
