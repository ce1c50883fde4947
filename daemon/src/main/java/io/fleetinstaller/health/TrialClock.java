package io.fleetinstaller.health;

import java.time.Duration;

/** The durations of one trial, all measured on a clock that cannot jump. Not thread-safe. */
final class TrialClock {
  private final Duration began;
  private final Duration deadline;
  private Duration now;
  private Duration well = Duration.ZERO;
  private Duration lost = Duration.ZERO;
  private Condition condition = Condition.UNWELL;

  /** What is believed from one look to the next. */
  enum Condition {
    WELL,
    UNWELL,
    /** Time that counts for nothing: neither well nor a break, and the deadline moves with it. */
    UNCLEAR
  }

  TrialClock(Duration began, Duration deadline) {
    this.began = began;
    this.deadline = deadline;
    this.now = began;
  }

  /** Time has gone on, under the condition that was last entered. */
  void tick(Duration elapsed) {
    Duration passed = elapsed.minus(now);
    switch (condition) {
      case WELL -> well = well.plus(passed);
      case UNCLEAR -> lost = lost.plus(passed);
      case UNWELL -> well = Duration.ZERO;
    }
    now = elapsed;
  }

  void enter(Condition next) {
    condition = next;
    if (next == Condition.UNWELL) {
      well = Duration.ZERO;
    }
  }

  Condition condition() {
    return condition;
  }

  Duration now() {
    return now;
  }

  Duration watched() {
    return now.minus(began);
  }

  /** Without a break. */
  Duration well() {
    return well;
  }

  /** The deadline, moved by what the environment hid, at most to the double. */
  Duration limit() {
    return deadline.plus(lost.compareTo(deadline) < 0 ? lost : deadline);
  }

  boolean over() {
    return watched().compareTo(limit()) >= 0;
  }
}
