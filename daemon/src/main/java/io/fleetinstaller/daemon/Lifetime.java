package io.fleetinstaller.daemon;

import io.fleetinstaller.release.Fault;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the daemon on the calling thread until the process is told to end, and ends it in order. */
public final class Lifetime {
  private static final Logger LOG = LoggerFactory.getLogger(Lifetime.class);
  private static final long LONGEST_GOODBYE_SECONDS = 60;

  private Lifetime() {}

  /** Returns when SIGTERM or SIGINT has come and everything is left as the next start wants it. */
  public static void run(Assembly assembly) throws Fault {
    Thread owner = Thread.currentThread();
    CountDownLatch over = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(owner, over), "goodbye"));
    try {
      assembly.run();
    } catch (InterruptedException _) {
      LOG.info("stopped in order");
    } finally {
      over.countDown();
    }
  }

  // The owner cannot be joined: it may be waiting in System.exit for this very hook.
  private static void end(Thread owner, CountDownLatch over) {
    owner.interrupt();
    try {
      if (!over.await(LONGEST_GOODBYE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn(
            "not stopped within {} s; the journal tells the next start", LONGEST_GOODBYE_SECONDS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
