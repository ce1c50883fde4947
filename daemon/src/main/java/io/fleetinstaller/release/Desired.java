package io.fleetinstaller.release;

/** What this host should have of one package, and who says so. */
public record Desired(PackageName name, Want want, Origin origin) {

  /** The wish itself. */
  public sealed interface Want {}

  /** The package should run this release. */
  public record Run(Release release) implements Want {}

  /** The package should not be on this host. */
  public record Absent() implements Want {}

  /** Nothing may change, for this reason: a hold, or nobody says anything. */
  public record Leave(Reason why) implements Want {}
}
