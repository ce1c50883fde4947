package io.fleetinstaller.daemon;

import io.fleetinstaller.api.Job;
import io.fleetinstaller.api.Verb;
import io.fleetinstaller.release.PackageName;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Where other threads leave what the owner thread shall do. Thread-safe. */
final class Inbox {
  private final LinkedBlockingQueue<Errand> errands = new LinkedBlockingQueue<>();

  /** Something to do. */
  sealed interface Errand {}

  /** Look at settings and source, and do what follows. */
  record Look() implements Errand {}

  /** A poll is over that nobody waited for. */
  record Polled() implements Errand {}

  /** Do what a person asked for. */
  record Work(Job job) implements Errand {}

  void look() {
    if (!errands.contains(new Look())) {
      errands.add(new Look());
    }
  }

  void polled() {
    errands.add(new Polled());
  }

  void work(Job job) {
    errands.add(new Work(job));
  }

  /** Whether a person has asked for another release of this package, or for none. */
  boolean isToChange(PackageName name) {
    return errands.stream()
        .anyMatch(errand ->
            errand instanceof Work(Job job)
                && job.command().verb() != Verb.POLL
                && job.command().name().equals(Optional.of(name)));
  }

  /** The next errand; looking, when nobody left one for so long. */
  Errand next(Duration atMost) throws InterruptedException {
    Errand errand = errands.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
    return Optional.ofNullable(errand).orElseGet(Look::new);
  }
}
