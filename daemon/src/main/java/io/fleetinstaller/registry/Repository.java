package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;

/**
 * One place that holds packages. It may answer anything: whoever asks checks digest and size. Its
 * text is its address.
 */
interface Repository {

  /** The manifest or index of this digest or tag; at most {@link Limits#MANIFEST} bytes. */
  byte[] manifest(String reference) throws Failure, InterruptedException;

  /** The bytes of a blob, from the one the resumption names if the repository can do that. */
  Body blob(Blob blob, Resumption resumption) throws Failure, InterruptedException;
}
