package io.fleetinstaller.api;

import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One thing that was asked for and takes a while. Whoever does it tells how far it is; any number
 * of callers look on. Thread-safe.
 */
public final class Job {
  private static final int LINES_KEPT = 200;
  private static final int BYTES_PER_NEWS = 22;

  private final String id;
  private final Command command;
  private final Time time;
  private final Instant began;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Deque<JobReport.Line> lines = new ArrayDeque<>();
  private long seq = 1;
  private JobReport.Stage stage = JobReport.Stage.NONE;
  private Optional<JobReport.End> end = Optional.empty();

  Job(String id, Command command, Time time) {
    this.id = id;
    this.command = command;
    this.time = time;
    this.began = time.now();
  }

  public String id() {
    return id;
  }

  public Command command() {
    return command;
  }

  public boolean ended() {
    lock.lock();
    try {
      return end.isPresent();
    } finally {
      lock.unlock();
    }
  }

  /** It is at this step now, for the attempt-th time, counted from 1. */
  public void step(String step, int attempt) {
    change(() -> stage = new JobReport.Stage(step, attempt, 0, 0));
  }

  /**
   * So many of so many bytes or milliseconds; a total of 0 means nobody knows. May be called for
   * every buffer: lookers-on are woken for each percent.
   */
  public void at(long done, long total) {
    lock.lock();
    try {
      JobReport.Stage before = stage;
      stage = new JobReport.Stage(before.step(), before.attempt(), done, total);
      if (mark(before) != mark(stage)) {
        tell();
      }
    } finally {
      lock.unlock();
    }
  }

  private static long mark(JobReport.Stage stage) {
    return stage.total() > 0
        ? (long) (100.0 * stage.done() / stage.total())
        : stage.done() >> BYTES_PER_NEWS;
  }

  /** A sentence for people; the oldest go when there are too many. */
  public void line(String text) {
    change(() -> {
      lines.addLast(new JobReport.Line(seq + 1, time.now(), text));
      if (lines.size() > LINES_KEPT) {
        lines.removeFirst();
      }
    });
  }

  public void done(Reason why) {
    end(Ending.DONE, why);
  }

  public void failed(Fault fault) {
    end(Ending.of(fault), fault.reason());
  }

  /** Ends it. Only the first end counts. */
  public void end(Ending ending, Reason why) {
    change(() -> {
      if (end.isEmpty()) {
        end = Optional.of(new JobReport.End(ending, why, time.now()));
      }
    });
  }

  /** How it stands, with the lines after this number; 0 for all that are kept. */
  public JobReport report(long after) {
    lock.lock();
    try {
      return new JobReport(
          id,
          command,
          began,
          seq,
          stage,
          lines.stream().filter(line -> line.seq() > after).toList(),
          end);
    } finally {
      lock.unlock();
    }
  }

  /** The same, as soon as there is news after this number, or it has ended, or the time is up. */
  public JobReport await(long after, Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      long left = atMost.toNanos();
      while (seq <= after && end.isEmpty() && left > 0) {
        left = news.awaitNanos(left);
      }
      return report(after);
    } finally {
      lock.unlock();
    }
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      tell();
    } finally {
      lock.unlock();
    }
  }

  private void tell() {
    seq++;
    news.signalAll();
  }
}
