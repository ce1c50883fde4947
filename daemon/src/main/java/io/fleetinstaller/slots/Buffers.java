package io.fleetinstaller.slots;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/** A few buffers that two threads hand each other: no more are made than are needed. */
final class Buffers {
  static final int SIZE = 1 << 18;

  private final BlockingQueue<byte[]> free = new LinkedBlockingQueue<>();
  private final Semaphore unmade;

  Buffers(int most) {
    this.unmade = new Semaphore(most);
  }

  /** One to fill; waits when all are in use. */
  byte[] take() throws InterruptedException {
    byte[] ready = free.poll();
    if (ready != null) {
      return ready;
    }
    return unmade.tryAcquire() ? new byte[SIZE] : free.take();
  }

  void giveBack(byte[] buffer) {
    free.add(buffer);
  }
}
