package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Watchdog;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the watchdog is told, and when. */
@Timeout(30)
class HeartbeatTest {
  private static final Duration PATIENCE = Duration.ofSeconds(21);

  private final Metronome time = new Metronome();
  private final AtomicInteger told = new AtomicInteger();
  private final Watchdog watchdog = new Watchdog(PATIENCE, told::incrementAndGet);

  @Test
  void it_says_that_it_lives_three_times_as_often_as_it_must() throws Exception {
    try (Heartbeat heart = Heartbeat.start(watchdog, () -> {}, () -> false, time)) {
      Duration pause = time.pauses.take();
      time.goOn();
      time.pauses.take();

      assertThat(heart).isNotNull();
      assertThat(pause).isEqualTo(Duration.ofSeconds(7));
      assertThat(told).hasValue(2);
    }
  }

  @Test
  void a_socket_that_does_not_answer_keeps_it_silent_and_one_that_answers_again_does_not()
      throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Heartbeat.Question once =
        () -> {
          if (asked.incrementAndGet() == 1) {
            throw new Fault.Transient(ReasonCode.DAEMON_DOWN, "cannot ask the daemon");
          }
        };

    try (Heartbeat heart = Heartbeat.start(watchdog, once, () -> true, time)) {
      time.pauses.take();
      int afterOne = told.get();
      time.goOn();
      time.pauses.take();

      assertThat(heart).isNotNull();
      assertThat(afterOne).isZero();
      assertThat(told).hasValue(1);
    }
  }

  @Test
  void at_rest_the_socket_is_asked_seldom_and_at_once_when_something_is_under_way()
      throws Exception {
    AtomicInteger asked = new AtomicInteger();
    AtomicBoolean atRest = new AtomicBoolean(true);
    try (Heartbeat heart = Heartbeat.start(watchdog, asked::incrementAndGet, atRest::get, time)) {
      time.pauses.take();
      int atFirst = asked.get();
      beat(44);
      int later = asked.get();
      beat(1);
      int afterFiveMinutes = asked.get();
      atRest.set(false);
      beat(2);

      assertThat(heart).isNotNull();
      assertThat(List.of(atFirst, later, afterFiveMinutes, asked.get()))
          .containsExactly(1, 1, 2, 4);
      assertThat(told).hasValue(48);
    }
  }

  private void beat(int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      time.goOn();
      time.pauses.take();
    }
  }

  @Tag("F49")
  @Test
  void a_daemon_that_is_busy_lives() throws Exception {
    Heartbeat.Question busy =
        () -> {
          throw new Fault.Transient(ReasonCode.BUSY, "too many connections");
        };

    try (Heartbeat heart = Heartbeat.start(watchdog, busy, () -> false, time)) {
      time.pauses.take();

      assertThat(heart).isNotNull();
      assertThat(told).hasValue(1);
    }
  }

  /** Stands still in every pause until it is told to go on. */
  private static final class Metronome implements Time {
    private final BlockingQueue<Duration> pauses = new LinkedBlockingQueue<>();
    private final Semaphore beats = new Semaphore(0);

    private void goOn() {
      beats.release();
    }

    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public Duration elapsed() {
      return Duration.ZERO;
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      pauses.add(duration);
      beats.acquire();
    }
  }
}
