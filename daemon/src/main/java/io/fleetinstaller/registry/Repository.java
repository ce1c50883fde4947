package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.util.List;

/**
 * One place that holds packages. It may answer anything: whoever asks checks digest and size. Its
 * text is its address.
 */
interface Repository {

  /** The manifest or index of this digest or tag; at most {@link Limits#MANIFEST} bytes. */
  byte[] manifest(String reference) throws Failure, InterruptedException;

  /** The indexes, if any, of what refers to this manifest; else as {@link #manifest}. */
  default List<byte[]> referrers(Digest subject) throws Failure, InterruptedException {
    try {
      return List.of(manifest(Referrers.tag(subject)));
    } catch (Failure failure) {
      if (failure.code() == ReasonCode.NOT_FOUND) {
        return List.of();
      }
      throw failure;
    }
  }

  /** All bytes of a blob that is a document, and one more where there are more. */
  default byte[] document(Blob blob) throws Failure, InterruptedException {
    try (Body body = blob(blob, Resumption.start(blob))) {
      return body.bytes().readNBytes((int) blob.size() + 1);
    } catch (IOException e) {
      throw Failure.whileReading(e);
    }
  }

  /** The bytes of a blob, from the one the resumption names if the repository can do that. */
  Body blob(Blob blob, Resumption resumption) throws Failure, InterruptedException;
}
