package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Pace;
import io.fleetinstaller.http.Patience;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How long repositories that fail are asked again. */
class TurnsTest {
  private final Failure unreachable =
      Failure.passing(ReasonCode.CONNECT_FAILED, "nobody listens there");
  private final Repository repository = new Layout(Path.of("layout"));
  private final FakeTime time = new FakeTime();
  private final Duration begin = time.elapsed();
  private final Pace pace = new Pace(Patience.DEFAULT, time, new Random(1));

  @Test
  void what_has_begun_outlasts_a_registry_that_is_away_for_a_minute() throws Exception {
    Turns turns = new Turns("get it", List.of(repository), pace, () -> true);

    while (waited().compareTo(Duration.ofMinutes(1)) < 0) {
      turns.next();
      turns.failed(unreachable);
    }

    assertThat(turns.next()).isSameAs(repository);
  }

  @Test
  void what_has_begun_is_given_up_when_nobody_comes_back() {
    Fault fault = givenUp(true, unreachable);

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.CONNECT_FAILED);
    assertThat(waited()).isBetween(Duration.ofMinutes(2), Duration.ofMinutes(3));
  }

  @Test
  void what_has_not_begun_is_given_up_soon() {
    givenUp(false, unreachable);

    assertThat(waited()).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void who_can_be_reached_is_not_waited_for_any_longer() {
    givenUp(true, Failure.passing(ReasonCode.REGISTRY_ERROR, "it answers 503"));

    assertThat(waited()).isLessThan(Duration.ofSeconds(20));
  }

  private Duration waited() {
    return time.elapsed().minus(begin);
  }

  private Fault givenUp(boolean begun, Failure failure) {
    Turns turns = new Turns("get it", List.of(repository), pace, () -> begun);
    return Pulling.fault(() -> {
      while (true) {
        turns.next();
        turns.failed(failure);
      }
    });
  }
}
