package io.fleetinstaller.trust;

import io.fleetinstaller.release.Fault;

/** Where a repository's files come from. What it answers is believed only after verification. */
public interface Remote {

  /**
   * The bytes of one file.
   *
   * @param path below the repository, e.g. {@code metadata/3.root.json}; each part is URL-quoted
   *     where its name holds anything but letters, digits and {@code -._~}
   * @param maxBytes more are not read: refused with {@link
   *     io.fleetinstaller.release.ReasonCode#TOO_LARGE}
   * @throws Fault with {@link io.fleetinstaller.release.ReasonCode#NOT_FOUND} if there is no such
   *     file
   */
  byte[] fetch(String path, long maxBytes) throws Fault, InterruptedException;
}
