package io.fleetinstaller.desired;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;

/** One release, by its version or by its digest. */
public sealed interface Pinned {

  /** Reads a version, or a digest as {@code sha256:…}. */
  static Pinned parse(String text) {
    return text.startsWith("sha256:")
        ? new ByDigest(Digest.parse(text))
        : new ByVersion(new Version(text));
  }

  default boolean is(Release release) {
    return switch (this) {
      case ByVersion(Version version) -> release.version().equals(version);
      case ByDigest(Digest digest) -> release.digest().equals(digest);
    };
  }

  /** By version: for people. */
  record ByVersion(Version version) implements Pinned {
    @Override
    public String toString() {
      return version.value();
    }
  }

  /** By digest: for ever the same bytes. */
  record ByDigest(Digest digest) implements Pinned {
    @Override
    public String toString() {
      return digest.toString();
    }
  }
}
