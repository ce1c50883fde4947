package io.fleetinstaller.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Behaviour;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.SlotsOnDisk;
import io.fleetinstaller.host.SupervisedHost;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.HealthCheck.Exec;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate with real processes: that both sides mean the same by their words. */
class GateOnSupervisedHostTest {
  private static final PackageName NAME = new PackageName("agent");
  private static final String SERVICE = "agent";

  @TempDir Path root;
  private SlotsOnDisk slots;
  private SupervisedHost host;
  private Gate gate;

  @BeforeEach
  void open() {
    slots = new SlotsOnDisk(root.resolve("packages"));
    SystemTime time = new SystemTime();
    host =
        new SupervisedHost(
            new HostContext(
                root.resolve("packages"), root.resolve("state"), new DurableDisk(), time));
    gate = new Gate(host, time);
  }

  @AfterEach
  void close() {
    host.close();
  }

  @Test
  void a_service_that_runs_is_well_and_its_own_program_says_so() throws Exception {
    Slot slot = slots.slot(NAME, "1.0", Map.of(SERVICE, Behaviour.SERVES));

    Verdict verdict = restarted(slot, new Exec(List.of("bin/say", "0", "fine"), true));

    assertThat(verdict).isInstanceOf(Verdict.Well.class);
  }

  @Test
  void a_service_that_exits_is_told_with_its_status_and_its_last_words() throws Exception {
    Slot slot = slots.slot(NAME, "1.0", Map.of(SERVICE, Behaviour.EXITS));

    Verdict verdict = restarted(slot);

    Reason reason = ((Verdict.Unwell) verdict).reason();
    assertThat(reason.code()).isIn(ReasonCode.EXITED, ReasonCode.RESTARTED);
    assertThat(reason.sentence()).contains("(status 3)");
    assertThat(reason.evidence()).contains("log agent: 1.0 begins");
  }

  private Verdict restarted(Slot slot, HealthCheck.Probe... probes) throws Exception {
    Instant since = Instant.EPOCH;
    HealthCheck terms =
        new HealthCheck(
            Duration.ZERO,
            Duration.ofMillis(100),
            Duration.ofSeconds(20),
            50,
            Duration.ofMillis(300),
            Duration.ofSeconds(60),
            List.of(probes));
    host.install(slot, Optional.empty());
    slots.point(slot);
    host.restart(slot);
    return gate.observe(new Trial(slot, terms, since, since, true, "confirm"), _ -> {});
  }
}
