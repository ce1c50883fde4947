package io.fleetinstaller.release;

/**
 * One version of a package. Its identity is the digest of its top document: the OCI index, or the
 * manifest where there is no index. The version is for people and for order.
 */
public record Release(PackageName name, Version version, Digest digest) {

  /** The name of the folder that holds this release on disk, {@code <version>-<digest12>}. */
  public String slotName() {
    return version + "-" + digest.shortHex();
  }

  @Override
  public String toString() {
    return name + " " + version + " (" + digest.shortHex() + ")";
  }
}
