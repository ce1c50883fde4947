package io.fleetinstaller.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AskingTest {
  private final CountDownLatch never = new CountDownLatch(1);
  private final CountDownLatch interrupted = new CountDownLatch(1);

  @Test
  void a_probe_that_outstays_its_time_is_cut_off_and_has_failed() throws Exception {
    Duration noTime = Duration.ofMillis(-1900);

    Answer answer = Asking.ask(new Hanging(), noTime, () -> true);

    assertThat(answer).isInstanceOf(Answer.Failed.class);
    interrupted.await();
  }

  @Test
  void a_service_that_ends_meanwhile_is_not_waited_for() throws Exception {
    Duration anHour = Duration.ofHours(1);

    Answer answer = Asking.ask(new Hanging(), anHour, () -> false);

    assertThat(answer).isInstanceOf(Answer.Unclear.class);
    interrupted.await();
  }

  @Test
  void a_probe_with_a_bug_ends_the_watch() {
    Probe buggy =
        new Question(() -> {
          throw new IllegalArgumentException("bug");
        });

    assertThatThrownBy(() -> Asking.ask(buggy, Duration.ofSeconds(5), () -> true))
        .hasRootCauseMessage("bug");
  }

  private record Question(Supplier<Answer> answers) implements Probe {
    @Override
    public String question() {
      return "question";
    }

    @Override
    public boolean required() {
      return true;
    }

    @Override
    public Answer ask() {
      return answers.get();
    }
  }

  private final class Hanging implements Probe {
    @Override
    public String question() {
      return "hanging";
    }

    @Override
    public boolean required() {
      return true;
    }

    @Override
    public Answer ask() throws InterruptedException {
      try {
        never.await();
        return new Answer.Passed("");
      } catch (InterruptedException e) {
        interrupted.countDown();
        throw e;
      }
    }
  }
}
