package io.fleetinstaller.trust;

import io.fleetinstaller.release.Fault;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;

/**
 * One refresh of what this host trusts, at one instant, and what it then finds. Make a new one for
 * each poll. Not thread-safe.
 */
public final class Updater {

  /**
   * @param now what the clock says; where the store has proven a later time, that counts
   */
  public Updater(Store store, Remote remote, Instant now) {}

  /** Walks the roots, then fetches what is new of timestamp, snapshot and targets. */
  public Verified refresh() throws Untrusted, Fault, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** The same with a timestamp that was already fetched. */
  public Verified refreshWith(byte[] timestamp) throws Untrusted, Fault, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * The set that was last {@link #accept accepted}, verified anew from the disk alone. That it has
   * expired is no refusal here, but said by {@link Verified#expired()}; empty if none was accepted.
   */
  public Optional<Verified> stored() throws Untrusted, Fault {
    throw new UnsupportedOperationException();
  }

  /**
   * Every target under this prefix that a reachable role vouches for, each as {@link #find} finds
   * it. Fetches the delegated roles that may say something about the prefix.
   */
  public SortedMap<String, TargetFile> targets(String prefix)
      throws Untrusted, Fault, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** The first role in the specification's search order that lists this path. */
  public Optional<TargetFile> find(String path) throws Untrusted, Fault, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** The bytes of a target, length and hashes checked. */
  public byte[] download(String path) throws Untrusted, Fault, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes what was verified the set that {@link #stored} finds, in one durable step; to be called
   * when everything that is needed of it is on this host.
   */
  public void accept() throws Fault {
    throw new UnsupportedOperationException();
  }
}
