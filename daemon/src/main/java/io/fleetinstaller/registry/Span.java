package io.fleetinstaller.registry;

/**
 * A part of a blob.
 *
 * @param from its first byte
 * @param to behind its last byte
 */
public record Span(long from, long to) {

  static Span whole(Blob blob) {
    return new Span(0, blob.size());
  }

  public long length() {
    return to - from;
  }

  boolean isWhole(Blob blob) {
    return equals(whole(blob));
  }
}
