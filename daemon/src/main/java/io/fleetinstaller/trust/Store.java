package io.fleetinstaller.trust;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.Fault;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What this host trusts, on disk: each role's file byte for byte as it was served, and apart from
 * them the floors below which nothing is believed again. One thread at a time.
 */
public final class Store {
  private Store() {}

  /**
   * Opens the folder, making it if needed, anchored in this root: a stored root counts only if it
   * was reached from this one.
   *
   * @throws Fault if the folder belongs to somebody else, others may write to it, or it cannot be
   *     read
   * @throws Untrusted if the root itself is no root
   */
  public static Store open(Disk disk, Path folder, byte[] root) throws Fault, Untrusted {
    throw new UnsupportedOperationException();
  }

  /** The latest time that a verified refresh has proven; {@link Instant#EPOCH} before the first. */
  public Instant provenTime() {
    throw new UnsupportedOperationException();
  }

  /** Forgets the proven time; for a person who knows that the clock was wrong. */
  public void forgetTime() throws Fault {
    throw new UnsupportedOperationException();
  }
}
