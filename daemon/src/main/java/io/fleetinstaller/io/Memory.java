package io.fleetinstaller.io;

/** What a process holds of its host's memory. Thread-safe. */
public interface Memory {

  /** That of a process which is over soon, or has more to do than to be small. */
  Memory KEPT = () -> {};

  /** Gives back what work needed that is over; what is needed again comes back by itself. */
  void giveBack();
}
