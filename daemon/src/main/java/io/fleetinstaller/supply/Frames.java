package io.fleetinstaller.supply;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.toc.Toc;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The plain bytes of places in a layer, read from the first to the last. A frame that several small
 * files share is unpacked once. Not thread-safe.
 */
final class Frames implements AutoCloseable {
  private final Parts parts;
  private InputStream plain = InputStream.nullInputStream();
  private long frame = -1;
  private long at;

  Frames(Parts parts) {
    this.parts = parts;
  }

  /** Moves to a place, whose bytes {@link #read} then gives. */
  void open(Toc.Place place) throws IOException {
    if (place.from() != frame || place.inner() < at) {
      plain.close();
      plain = Compression.ZSTD.decode(parts.at(place.from(), place.to()));
      frame = place.from();
      at = 0;
    }
    plain.skipNBytes(place.inner() - at);
    at = place.inner();
  }

  /** Fills the buffer up to this length. */
  void read(byte[] into, int length) throws IOException {
    int count = plain.readNBytes(into, 0, length);
    if (count < length) {
      throw new EOFException("a frame of the layer ends early");
    }
    at += count;
  }

  @Override
  public void close() throws IOException {
    try (parts) {
      plain.close();
    }
  }
}
