package io.fleetinstaller.source;

/**
 * Signed config from a repository: polls it, verifies, keeps. May be killed at any point; the last
 * config that was whole and verified is what {@link #stored} finds. Every refusal is one line of
 * the audit log. One thread polls; {@link #state} may be asked by any.
 */
public final class SignedSource implements AutoCloseable {

  /** Reads nothing yet. */
  public SignedSource(SourceSettings settings, Site site) {}

  /**
   * The last good config, verified again from the disk alone. To be called once, before the first
   * poll; the state then says when that is due.
   */
  public SourceState stored() {
    throw new UnsupportedOperationException();
  }

  /**
   * Asks the mirrors once. It does not fail: what went wrong is in the state, and the config is the
   * one that was in force before.
   */
  public SourceState poll() throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** What the last of these calls said. */
  public SourceState state() {
    throw new UnsupportedOperationException();
  }

  /** Ends what is under way, also in another thread. */
  @Override
  public void close() {}
}
