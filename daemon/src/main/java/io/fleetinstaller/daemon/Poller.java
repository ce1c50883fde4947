package io.fleetinstaller.daemon;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.source.SignedSource;
import io.fleetinstaller.source.SourceState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A signed source and the thread that asks it: a mirror that takes minutes keeps nobody waiting but
 * whoever polls by hand. Used by one thread at a time.
 */
final class Poller implements AutoCloseable {
  private final SignedSource source;
  private final Runnable polled;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("poller").factory());
  private Future<Optional<Fault>> last = CompletableFuture.completedFuture(Optional.empty());

  /** Over when the state is that of the poll, and so before anybody hears that it is. */
  private volatile boolean underWay;

  /**
   * Finds what is stored.
   *
   * @param polled called by its own thread, whenever a poll that nobody waits for is over
   */
  Poller(SignedSource source, Runnable polled) throws InterruptedException {
    this.source = source;
    this.polled = polled;
    source.stored();
  }

  SourceState state() {
    return source.state();
  }

  /** Begins a poll if it is due and none is under way. */
  void pollWhenDue(Duration elapsed) throws InterruptedException {
    if (!underWay) {
      await();
      if (source.state().nextPoll().compareTo(elapsed) <= 0) {
        underWay = true;
        last = thread.submit(this::pollByItself);
      }
    }
  }

  private Optional<Fault> pollByItself() throws InterruptedException {
    try {
      source.poll();
    } finally {
      underWay = false;
    }
    polled.run();
    return Optional.empty();
  }

  /** Polls now, and waits for it. */
  void poll() throws InterruptedException {
    run(() -> {
      source.poll();
      return Optional.empty();
    });
  }

  void forgetTime(String by) throws Fault, InterruptedException {
    Optional<Fault> failed =
        run(() -> {
          try {
            source.forgetTime(by);
            return Optional.empty();
          } catch (Fault fault) {
            return Optional.of(fault);
          }
        });
    if (failed.isPresent()) {
      throw failed.get();
    }
  }

  /** How long looking again may be put off; not at all is never right while a poll is under way. */
  Duration untilNextPoll(Duration elapsed, Duration interval) {
    return underWay ? interval : source.state().nextPoll().minus(elapsed);
  }

  private Optional<Fault> run(Callable<Optional<Fault>> task) throws InterruptedException {
    await();
    last = thread.submit(task);
    return await();
  }

  /** A bug over there is a bug here. */
  private Optional<Fault> await() throws InterruptedException {
    try {
      return last.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the poller failed", e.getCause());
    }
  }

  @Override
  public void close() {
    source.close();
    thread.shutdownNow();
  }
}
