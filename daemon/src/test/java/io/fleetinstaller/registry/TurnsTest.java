package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Pace;
import io.fleetinstaller.http.Patience;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Wait;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
    Turns turns = new Turns("get it", List.of(repository), pace, new Told(true));

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

  @Test
  void whom_it_waits_for_is_told_until_something_comes() throws Exception {
    Told told = new Told(false);
    Turns turns = new Turns("get it", List.of(repository), pace, told);
    Instant before = time.now();

    turns.next();
    turns.failed(busy("it answered 503 (token=hunter2)"));
    assertThat(told.waits).isEmpty();
    turns.next();

    assertThat(told.waits)
        .containsExactly(
            new Wait(
                repository.toString(),
                before.plusSeconds(20),
                "it answered 503 (token=[redacted]"));
    assertThat(time.now()).isEqualTo(before.plusSeconds(20));
    turns.over();
    assertThat(told.waits).isEmpty();
  }

  @Test
  void who_is_waited_for_again_is_told_once() throws Exception {
    Told told = new Told(false);
    Turns turns = new Turns("get it", List.of(repository), pace, told);

    for (int i = 0; i < 2; i++) {
      turns.next();
      turns.failed(busy("it answered 503"));
    }
    turns.next();

    assertThat(told.waits).extracting(Wait::until).containsExactly(time.now());
  }

  @Test
  void of_several_the_one_who_is_asked_next_is_told() throws Exception {
    Repository lost = new Layout(Path.of("lost"));
    Repository other = new Layout(Path.of("other"));
    Told told = new Told(false);
    Turns turns = new Turns("get it", List.of(lost, repository, other), pace, told);

    turns.next();
    turns.failed(Failure.lasting(ReasonCode.NOT_FOUND, "it has none"));
    turns.next();
    turns.failed(busy("it answered 503"));
    turns.next();
    turns.failed(unreachable);

    assertThat(turns.next()).isSameAs(repository);
    assertThat(told.waits).extracting(Wait::whom).containsExactly(repository.toString());
    assertThat(told.waits).extracting(Wait::why).containsExactly("it answered 503");
    turns.failed(busy("it answered 503"));
    assertThat(turns.next()).isSameAs(other);
    assertThat(told.waits).extracting(Wait::whom).containsExactly(other.toString());
  }

  @Test
  void who_is_given_up_is_not_waited_for() {
    Told told = new Told(false);
    Turns turns = new Turns("get it", List.of(repository), pace, told);

    Fault fault =
        Pulling.fault(() ->
            turns.ask(_ -> {
              throw unreachable;
            }));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.CONNECT_FAILED);
    assertThat(told.count).isEqualTo(Patience.DEFAULT.tries() - 1);
    assertThat(told.waits).isEmpty();
  }

  @Test
  void who_stops_waiting_waits_for_nobody() {
    Told told = new Told(false);
    Turns turns = new Turns("get it", List.of(repository), pace, told);

    assertThatThrownBy(() ->
            turns.ask(_ -> {
              Thread.currentThread().interrupt();
              throw unreachable;
            }))
        .isInstanceOf(InterruptedException.class);

    assertThat(told.count).isEqualTo(1);
    assertThat(told.waits).isEmpty();
  }

  private static Failure busy(String why) {
    return Failure.passing(ReasonCode.REGISTRY_ERROR, why, Duration.ofSeconds(20));
  }

  /** Whom it waits for now. */
  private static final class Told implements Traffic {
    private final boolean worked;
    private final List<Wait> waits = new ArrayList<>();
    private int count;

    Told(boolean worked) {
      this.worked = worked;
    }

    @Override
    public boolean worked() {
      return worked;
    }

    @Override
    public void waits(Wait wait) {
      count++;
      waits.add(wait);
    }

    @Override
    public void goesOn(Wait wait) {
      assertThat(waits.remove(wait)).isTrue();
    }
  }

  private Duration waited() {
    return time.elapsed().minus(begin);
  }

  private Fault givenUp(boolean begun, Failure failure) {
    Turns turns = new Turns("get it", List.of(repository), pace, new Told(begun));
    return Pulling.fault(() -> {
      while (true) {
        turns.next();
        turns.failed(failure);
      }
    });
  }
}
