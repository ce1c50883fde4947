package io.fleetinstaller.systemd;

import static io.fleetinstaller.systemd.GuardedHost.AGENT;
import static io.fleetinstaller.systemd.GuardedHost.CONFIRM;
import static io.fleetinstaller.systemd.GuardedHost.PAUSED;
import static io.fleetinstaller.systemd.GuardedHost.WELL;
import static io.fleetinstaller.systemd.GuardedHost.damage;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the guard makes of a candidate whose journal tells nothing, or only half. */
final class GuardJournalTest {
  private static final String CONFIRM_TORN = "0123abcd {\"at\":\"x\",\"done\":\"CONF";

  @TempDir Path root;

  static Stream<Arguments> damages() {
    return Stream.of("gone", "a folder", "a pipe", "unreadable", "empty")
        .flatMap(damage -> Stream.of("fire", "boot").map(verb -> Arguments.of(damage, verb)));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void a_journal_that_tells_nothing_does_not_undo_what_may_be_confirmed(String damage, String verb)
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.guard.confirming(AGENT);
    host.tell(WELL + CONFIRM);
    damage(host.journal, damage);

    int status = host.run(verb, "agent");
    boolean next = host.runs(host.next);
    host.tell(WELL + CONFIRM);
    int readable = host.run("fire", "agent");

    assertThat(next).isTrue();
    assertThat(status).isEqualTo(verb.equals("fire") ? 1 : 0);
    assertThat(readable).isZero();
    assertThat(host.runs(host.next)).isTrue();
    assertThat(host.armed()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("damages")
  void without_a_journal_a_candidate_that_nobody_was_about_to_confirm_is_taken_back(
      String damage, String verb) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    damage(host.journal, damage);

    int status = host.run(verb, "agent");

    assertThat(status).isZero();
    assertThat(host.runs(host.old)).isTrue();
    assertThat(host.armed()).isFalse();
  }

  @Test
  void boot_that_cannot_tell_hands_over_to_what_tries_again() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.guard.confirming(AGENT);
    damage(host.journal, "unreadable");

    assertThat(host.run("boot")).isZero();

    assertThat(host.armed()).isTrue();
    assertThat(host.calls()).contains("start --no-block fleet-installer-guard@agent.service");
  }

  @Test
  void what_may_be_confirmed_is_started_when_it_ends_until_somebody_can_tell() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.guard.confirming(AGENT);
    damage(host.journal, "unreadable");
    host.unitIs("ActiveState=failed Job=0 Result=signal");

    assertThat(host.run("ended", "agent")).isZero();

    assertThat(host.runs(host.next)).isTrue();
    assertThat(host.calls())
        .contains("start --no-block agent.service")
        .contains("start --no-block fleet-installer-guard@agent.service");
  }

  @Test
  void a_readable_journal_decides_even_while_it_was_about_to_be_confirmed() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.guard.confirming(AGENT);

    assertThat(host.run("fire", "agent")).isZero();

    assertThat(host.runs(host.old)).isTrue();
  }

  @ValueSource(strings = {"0123abcd {\"at\":\"x\",\"done\":\"CONFIRM\"}", CONFIRM_TORN})
  @ParameterizedTest
  void a_confirmation_that_the_power_cut_short_is_none(String last) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL);
    String told = Files.readString(host.journal).replace("\0", "");
    Files.writeString(host.journal, told + last);

    assertThat(host.run("fire", "agent")).isZero();

    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void what_was_well_and_left_in_order_is_not_kept_on_half_an_answer() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.tell(WELL + PAUSED);
    Files.delete(host.journal);

    host.reboot();

    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void without_a_journal_the_trial_goes_on_of_a_candidate_that_was_seen_well() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.guard.well(AGENT, true);
    Files.delete(host.journal);

    host.reboot();
    boolean goesOn = host.runs(host.next) && host.armed();
    int deadline = host.run("fire", "agent");

    assertThat(goesOn).isTrue();
    assertThat(host.calls()).contains("start --no-block fleet-installer-guard@agent.timer");
    assertThat(deadline).isZero();
    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void without_a_journal_the_trial_of_a_candidate_that_was_given_up_does_not_go_on()
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.guard.well(AGENT, true);
    host.guard.well(AGENT, false);
    Files.delete(host.journal);

    host.reboot();

    assertThat(host.runs(host.old)).isTrue();
  }
}
