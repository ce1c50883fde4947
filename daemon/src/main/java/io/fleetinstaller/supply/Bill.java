package io.fleetinstaller.supply;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What a way has really cost so far, and who sent what nothing else proves. Thread-safe. */
public final class Bill {
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger requests = new AtomicInteger();
  private final Queue<Runnable> unproven = new ConcurrentLinkedQueue<>();
  private final Watcher watcher;
  private final long expected;

  /** Who wants to know how far it is; called from any thread. */
  @FunctionalInterface
  public interface Watcher {

    /** So many of so many bytes. */
    void at(long done, long total);
  }

  Bill(Watcher watcher, Cost expected) {
    this.watcher = watcher;
    this.expected = expected.bytes();
  }

  void request() {
    requests.incrementAndGet();
  }

  void arrived(long count) {
    watcher.at(bytes.addAndGet(count), expected);
  }

  /** Some bytes of it are proven by their use only. */
  void unproven(Runnable wrong) {
    unproven.add(wrong);
  }

  void wrong() {
    unproven.forEach(Runnable::run);
  }

  Cost total() {
    return new Cost(bytes.get(), requests.get());
  }
}
