package io.fleetinstaller.supply;

import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.Sender;
import io.fleetinstaller.registry.Traffic;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Wait;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What a way has really cost so far, and who sent what nothing else proves. Thread-safe. */
public final class Bill implements Traffic {
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong before = new AtomicLong();
  private final AtomicInteger requestsBefore = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private final Set<Sender> unproven = ConcurrentHashMap.newKeySet();
  private final Registry registry;
  private final Watcher watcher;
  private final long expected;

  /** Who wants to know how far it is, and may end it; called from any thread. */
  @FunctionalInterface
  public interface Watcher {

    /** So many of so many bytes. */
    void at(long done, long total);

    /** Nothing comes for one of those who fetch until somebody is asked again. */
    default void waits(Wait wait) {}

    /** What was waited for so came, or was given up. */
    default void goesOn(Wait wait) {}

    /** Asked before more is read: the fault ends all ways. */
    default void mayGoOn() throws Fault, InterruptedException {}
  }

  Bill(Registry registry, Watcher watcher, Cost expected) {
    this.registry = registry;
    this.watcher = watcher;
    this.expected = expected.bytes();
  }

  @Override
  public void request() {
    requests.incrementAndGet();
  }

  @Override
  public void came(long count) {
    bytes.addAndGet(count);
  }

  @Override
  public void delivered(long count) {
    watcher.at(done.addAndGet(count), expected);
  }

  @Override
  public void waits(Wait wait) {
    watcher.waits(wait);
  }

  @Override
  public void goesOn(Wait wait) {
    watcher.goesOn(wait);
  }

  @Override
  public boolean worked() {
    return bytes.get() > before.get();
  }

  @Override
  public void mayGoOn() throws Fault, InterruptedException {
    watcher.mayGoOn();
  }

  @Override
  public void unproven(Sender sender) {
    unproven.add(sender);
  }

  /** What came unproven was not what it should be. */
  void wrong() {
    registry.suspect(unproven);
    unproven.clear();
  }

  /** It was. */
  void right() {
    registry.trust(unproven);
    unproven.clear();
  }

  /** What was delivered is delivered again, and counted anew. */
  void again() {
    done.set(0);
    before.set(bytes.get());
    requestsBefore.set(requests.get());
  }

  /** Since it was gone for the last time. */
  Cost total() {
    return new Cost(bytes.get() - before.get(), requests.get() - requestsBefore.get());
  }
}
