package io.fleetinstaller.io;

/** What a process holds of its host's memory. Thread-safe. */
public interface Memory {

  /** That of a process which is over soon, or has more to do than to be small. */
  Memory KEPT =
      new Memory() {
        @Override
        public void giveBack() {}

        @Override
        public void takeUp() {}
      };

  /** Gives back what work needed that is over; what is needed again comes back bit by bit. */
  void giveBack();

  /** Work begins: from now on what is needed may bring along what lies beside it. */
  void takeUp();
}
