package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Life;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What doctor says of services whose trial is long over. */
@Timeout(60)
class ServicesTest {
  private static final Duration LATER = Duration.ofMinutes(10);

  @TempDir Path folder;
  private Stage stage;
  private Release agent;

  @BeforeEach
  void a_release() throws Exception {
    stage = new Stage(folder);
    agent = stage.release("1");
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void one_that_runs_is_well() throws Exception {
    upgraded(Life.GOOD);

    assertThat(stage.complaints()).doesNotContain("agent.service");
  }

  @Test
  void one_that_failed_is_told_with_how_it_ended() throws Exception {
    upgraded(Life.GOOD.exits(LATER, "status 3"));

    assertThat(stage.complaints()).contains("agent.service failed (status 3), and is left down");
  }

  @Test
  void one_that_is_stopped_is_told() throws Exception {
    upgraded(Life.GOOD.stopped(LATER));

    assertThat(stage.complaints()).contains("agent.service is stopped");
  }

  @Test
  void one_that_is_started_again_and_again_is_told_though_it_runs() throws Exception {
    upgraded(Life.GOOD.restarts(LATER, "signal SEGV"));

    assertThat(stage.complaints())
        .contains("agent.service ended by itself (signal SEGV) and was started again, once so far");
  }

  @Test
  void how_often_it_was_started_again_is_told() throws Exception {
    upgraded(Life.GOOD.restarts(LATER, "signal SEGV").restarts(LATER, "status 3"));

    assertThat(stage.complaints())
        .contains("agent.service ended by itself (status 3) and was started again, 2 times so far");
  }

  @Test
  void a_host_that_does_not_answer_is_told_and_keeps_nothing_else_back() throws Exception {
    upgraded(Life.GOOD);
    stage.host.outage(
        Duration.ZERO,
        LATER,
        new Fault.Transient(ReasonCode.HOST_FAILED, "the init system is busy"));

    assertThat(stage.complaints()).contains("the init system is busy");
    assertThat(stage.status().objects("packages")).hasSize(1);
  }

  private void upgraded(Life life) throws Exception {
    stage.host.life(agent, life);
    stage.desire(agent);
    stage.start().poll();
    assertThat(stage.current()).isEqualTo("1");
    stage.time.pass(LATER);
  }
}
