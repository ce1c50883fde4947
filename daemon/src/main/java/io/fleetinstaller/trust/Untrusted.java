package io.fleetinstaller.trust;

/** Something could not be verified. Nothing that was trusted before has changed. */
public final class Untrusted extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  public Untrusted(Refusal refusal) {
    super(refusal.reason().sentence());
    this.refusal = refusal;
  }

  public Refusal refusal() {
    return refusal;
  }
}
