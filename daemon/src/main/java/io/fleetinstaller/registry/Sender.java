package io.fleetinstaller.registry;

import io.fleetinstaller.release.Digest;

/** A repository that sent bytes of a blob. */
public record Sender(Digest blob, String repository) {

  static Sender of(Blob blob, Repository repository) {
    return new Sender(blob.digest(), repository.toString());
  }
}
