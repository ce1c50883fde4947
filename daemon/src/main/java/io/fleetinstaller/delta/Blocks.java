package io.fleetinstaller.delta;

import io.fleetinstaller.release.Fault;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The blocks of a delta, in their order, opened where the first of them is asked for. */
final class Blocks implements Closeable {
  private final String source;
  private final DeltaSupply.Opening opening;
  private InputStream stream = InputStream.nullInputStream();
  private boolean open;
  private long at;

  /**
   * @param source whose blocks they are, for people
   */
  Blocks(String source, DeltaSupply.Opening opening) {
    this.source = source;
    this.opening = opening;
  }

  /** What lies before this byte of them is of no use. */
  void skipTo(long first) throws IOException {
    if (open) {
      stream.skipNBytes(first - at);
    }
    at = first;
  }

  /** Reads some of the next bytes, as many at most. */
  int read(byte[] into, int most) throws IOException, Fault, InterruptedException {
    if (!open) {
      stream = opening.from(at);
      open = true;
    }
    int count = stream.read(into, 0, most);
    if (count < 0) {
      throw new EOFException("the blocks of %s end early".formatted(source));
    }
    at += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
