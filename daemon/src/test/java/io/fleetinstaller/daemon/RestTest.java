package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Memory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that has nothing more to do gives memory back, and takes it up for work. */
@Timeout(60)
class RestTest {
  @TempDir Path folder;
  private final AtomicInteger given = new AtomicInteger();
  private final AtomicInteger taken = new AtomicInteger();
  private Stage stage;

  @BeforeEach
  void a_daemon_that_has_looked_once() throws Exception {
    stage = new Stage(folder);
    stage.memory = new Counted();
    stage.start();
    stage.poll();
    given.set(0);
    taken.set(0);
  }

  @AfterEach
  void stop() throws Exception {
    stage.close();
  }

  @Test
  void an_upgrade_takes_it_up_and_is_followed_by_giving_back() throws Exception {
    stage.desire(stage.release("1"));
    stage.poll();
    assertThat(taken).hasValue(1);
    assertThat(given).hasValue(0);

    minutes(1);

    assertThat(given).hasValue(1);
  }

  @Test
  void looks_that_follow_at_once_are_no_rest() throws Exception {
    stage.poll();
    stage.poll();

    assertThat(given).hasValue(0);
  }

  @Test
  void rest_gives_back_once_and_takes_nothing_up() throws Exception {
    minutes(10);

    assertThat(given).hasValue(1);
    assertThat(taken).hasValue(0);
  }

  private void minutes(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      stage.time.pass(Duration.ofMinutes(1));
      stage.poll();
    }
  }

  /** Memory that counts what it is told. */
  private final class Counted implements Memory {
    @Override
    public void giveBack() {
      given.incrementAndGet();
    }

    @Override
    public void takeUp() {
      taken.incrementAndGet();
    }
  }
}
