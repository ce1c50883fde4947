package io.fleetinstaller.release;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What this host should have of one package, and who says so. */
public record Desired(PackageName name, Want want, Origin origin) {

  /** The wish itself. */
  public sealed interface Want {
    /** The release that it comes to in the end; empty: none. */
    default Optional<Release> release() {
      return switch (this) {
        case Run(Release release, _) -> Optional.of(release);
        case Later(Want then, _, _) -> then.release();
        case Absent _, Leave _ -> Optional.empty();
      };
    }
  }

  /**
   * The package should run this release.
   *
   * @param stableFor how long it must be well at least before it is confirmed; what the release
   *     itself demands counts when it is longer
   */
  public record Run(Release wanted, Duration stableFor) implements Want {
    public Run(Release wanted) {
      this(wanted, Duration.ZERO);
    }
  }

  /** The package should not be on this host. */
  public record Absent() implements Want {}

  /** Nothing may change, for this reason: a hold, or nobody says anything. */
  public record Leave(Reason why) implements Want {}

  /**
   * Something is wanted, but not yet: a wave, a window or a rule comes first. Where it is so
   * already, nothing waits.
   *
   * @param until when the wait is over by itself; empty: only an event ends it
   */
  public record Later(Want then, Reason why, Optional<Instant> until) implements Want {}
}
