package io.fleetinstaller.release;

/**
 * Everything that can go wrong and is not a bug. What to do next is its type; why is its {@link
 * Reason}.
 */
public abstract sealed class Fault extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Reason reason;

  private Fault(Reason reason) {
    super(reason.sentence());
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** May go away by itself: try later. */
  public static final class Transient extends Fault {
    private static final long serialVersionUID = 1L;

    public Transient(Reason reason) {
      super(reason);
    }

    public Transient(ReasonCode code, String sentence) {
      this(new Reason(code, sentence));
    }
  }

  /** This input, on this host, never: trying again changes nothing. */
  public static final class Refused extends Fault {
    private static final long serialVersionUID = 1L;

    public Refused(Reason reason) {
      super(reason);
    }

    public Refused(ReasonCode code, String sentence) {
      this(new Reason(code, sentence));
    }
  }

  /** A person must act. */
  public static final class Broken extends Fault {
    private static final long serialVersionUID = 1L;

    public Broken(Reason reason) {
      super(reason);
    }

    public Broken(ReasonCode code, String sentence) {
      this(new Reason(code, sentence));
    }
  }
}
