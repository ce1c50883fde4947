package io.fleetinstaller.host;

import static io.fleetinstaller.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.ServiceState.Phase;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What every host promises, whatever its init system is. */
public abstract class HostContract {
  protected static final PackageName AGENT = new PackageName("contract-agent");
  protected static final String SERVICE = "contract-agent.service";
  protected static final String SIDECAR = "contract-sidecar.service";

  /** The host under test, opened afresh for each test. */
  protected abstract Host host();

  /** A whole slot of {@link #AGENT} whose services behave so. */
  protected abstract Slot slot(String version, Map<String, Behaviour> services) throws Exception;

  /** Moves {@code current}. */
  protected abstract void point(Slot slot) throws Exception;

  /** The clock that the host stamps log lines with. */
  protected abstract Instant now();

  @Test
  void a_service_that_was_never_installed_is_unknown() throws Exception {
    ServiceState state = host().state(AGENT, SERVICE);

    assertThat(state.phase()).isEqualTo(Phase.UNKNOWN);
    assertThat(state.mainPid()).isEmpty();
    assertThat(state.lastExit()).isEmpty();
  }

  @Tag("F52")
  @Test
  void a_service_runs_from_the_slot_it_was_switched_to() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));

    switchTo(slot, Optional.empty());

    ServiceState state = running();
    assertThat(state.mainPid()).isPresent();
    comesToRunFrom(slot);
    assertThat(state.invocation()).isNotEmpty();
    assertThat(state.restarts()).isZero();
  }

  @Test
  void the_next_slot_takes_the_place_of_the_one_before() throws Exception {
    Slot old = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    Slot next = slot("2.0", Map.of(SERVICE, Behaviour.SERVES));
    switchTo(old, Optional.empty());
    ServiceState before = running();

    switchTo(next, Optional.of(old));

    ServiceState after = running();
    assertThat(after.mainPid()).isNotEqualTo(before.mainPid());
    assertThat(after.invocation()).isNotEqualTo(before.invocation());
    comesToRunFrom(next);
  }

  @Test
  void doing_everything_twice_changes_nothing() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    switchTo(slot, Optional.empty());

    switchTo(slot, Optional.of(slot));

    comesToRunFrom(slot);
    host().uninstall(slot);
    host().uninstall(slot);
    assertThat(host().state(AGENT, SERVICE).phase()).isEqualTo(Phase.UNKNOWN);
  }

  @Test
  void a_service_that_exits_by_itself_is_seen_with_its_status() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.EXITS));

    switchTo(slot, Optional.empty());

    eventually(
        "the exit is seen",
        () -> host().state(AGENT, SERVICE).lastExit().equals(Optional.of("status 3")));
    eventually(
        "it is started again, and counted",
        () ->
            host().state(AGENT, SERVICE).restarts() > 0
                || host().state(AGENT, SERVICE).phase() == Phase.FAILED);
  }

  @Tag("F40")
  @Test
  void a_service_that_does_not_end_is_killed_and_the_next_one_runs() throws Exception {
    Slot deaf = slot("1.0", Map.of(SERVICE, Behaviour.IGNORES_TERM));
    Slot next = slot("2.0", Map.of(SERVICE, Behaviour.SERVES));
    Instant beginning = now();
    switchTo(deaf, Optional.empty());
    ServiceState before = running();
    awaitLine("1.0 begins", beginning);

    switchTo(next, Optional.of(deaf));

    eventually("the next one runs", () -> runsFrom(next));
    assertThat(running().mainPid()).isNotEqualTo(before.mainPid());
  }

  @Tag("F39")
  @Test
  void a_service_that_was_stopped_stays_down_until_it_is_restarted() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    switchTo(slot, Optional.empty());
    running();

    host().stop(slot);
    host().stop(slot);
    boolean down = host().state(AGENT, SERVICE).mainPid().isEmpty();
    host().restart(slot);

    assertThat(down).isTrue();
    comesToRunFrom(slot);
  }

  @Test
  void the_log_has_what_the_service_wrote_since_an_instant() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    Slot next = slot("2.0", Map.of(SERVICE, Behaviour.SERVES));
    Instant beginning = now();
    switchTo(slot, Optional.empty());
    awaitLine("1.0 begins", beginning);
    switchTo(next, Optional.of(slot));
    awaitLine("2.0 begins", beginning);

    List<String> lines = host().log(AGENT, SERVICE, beginning, 1000);

    assertThat(lines).containsSubsequence("1.0 begins", "2.0 begins");
    assertThat(host().log(AGENT, SERVICE, now().plusSeconds(60), 1000)).isEmpty();
    assertThat(host().log(AGENT, SERVICE, beginning, 1)).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void a_service_that_only_the_replaced_slot_had_is_gone() throws Exception {
    Slot two = slot("1.0", Map.of(SERVICE, Behaviour.SERVES, SIDECAR, Behaviour.SERVES));
    Slot one = slot("2.0", Map.of(SERVICE, Behaviour.SERVES));
    switchTo(two, Optional.empty());

    switchTo(one, Optional.of(two));

    assertThat(host().state(AGENT, SIDECAR).phase()).isEqualTo(Phase.UNKNOWN);
    comesToRunFrom(one);
  }

  @Test
  void a_program_of_the_slot_tells_how_it_ended() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));

    Host.Exit exit =
        host().run(slot, List.of("bin/say", "7", "all is", "well"), Duration.ofSeconds(20));

    assertThat(exit.status()).isEqualTo(7);
    assertThat(exit.timedOut()).isFalse();
    assertThat(exit.output()).contains("all is well");
  }

  @Tag("F46")
  @Test
  void a_program_that_does_not_end_is_killed_at_its_timeout() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));

    Host.Exit exit = host().run(slot, List.of("bin/hang"), Duration.ofMillis(500));

    assertThat(exit.timedOut()).isTrue();
  }

  @Test
  void services_that_run_are_not_started_a_second_time() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    switchTo(slot, Optional.empty());
    ServiceState before = running();

    host().resume(List.of(slot));

    assertThat(running().invocation()).isEqualTo(before.invocation());
  }

  @Test
  void what_is_armed_names_both_slots_until_it_is_disarmed() throws Exception {
    Slot old = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    Slot next = slot("2.0", Map.of(SERVICE, Behaviour.SERVES));

    Guard.Charge charge =
        new Guard.Charge(
            "0001", AGENT, Path.of("/nowhere.journal"), Optional.of(old), Optional.of(next));

    host().guard().arm(charge);
    host().guard().arm(charge);

    Armed armed = host().guard().armed(AGENT).orElseThrow();
    assertThat(armed.upgradeId()).isEqualTo("0001");
    assertThat(armed.names(old.release().slotName())).isTrue();
    assertThat(armed.names(next.release().slotName())).isTrue();
    assertThat(armed.names("3.0-0123456789ab")).isFalse();
    host().guard().disarm(AGENT);
    host().guard().disarm(AGENT);
    assertThat(host().guard().armed(AGENT)).isEmpty();
  }

  /** SWITCH and RESTART, as the steps do them. */
  protected final void switchTo(Slot slot, Optional<Slot> replaced) throws Exception {
    host().check(slot);
    host().install(slot, replaced);
    host().reload();
    point(slot);
    host().restart(slot);
  }

  /** The state of the service once it runs. */
  protected final ServiceState running() throws Exception {
    eventually(SERVICE + " runs", () -> host().state(AGENT, SERVICE).phase() == Phase.RUNNING);
    return host().state(AGENT, SERVICE);
  }

  private boolean runsFrom(Slot slot) throws Exception {
    return host()
        .state(AGENT, SERVICE)
        .executable()
        .filter(file -> file.startsWith(slot.path()))
        .isPresent();
  }

  /** Since an instant, for a real system remembers what the tests before have written. */
  private void awaitLine(String line, Instant since) throws Exception {
    eventually(
        "the log has '" + line + "'", () -> host().log(AGENT, SERVICE, since, 1000).contains(line));
  }

  /** A shell that has just begun has not opened its script yet. */
  private void comesToRunFrom(Slot slot) throws Exception {
    eventually(SERVICE + " runs from " + slot.path(), () -> runsFrom(slot));
  }
}
