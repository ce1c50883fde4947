package io.fleetinstaller.registry;

/**
 * Where a download goes on.
 *
 * @param rest what is not here yet
 * @param part whether only a part of the blob is wanted
 * @param retried whether the same was asked for before, and broke
 * @param validator what the same repository called its copy before; empty: nothing is known
 */
record Resumption(Span rest, boolean part, boolean retried, String validator) {

  /** From the first byte to the last. */
  static Resumption start(Blob blob) {
    return new Resumption(Span.whole(blob), false, false, "");
  }

  long from() {
    return rest.from();
  }
}
