package io.fleetinstaller.http;

import io.fleetinstaller.release.ReasonCode;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * The bytes of an answer. It says "too slow" where a socket says "timeout", so that the reader
 * knows what was cut, and no read takes for ever.
 */
final class TimedBody extends FilterInputStream {
  private final Limits limits;

  /**
   * What ends it.
   *
   * @param silence between two bytes
   * @param all entered while all of the body counts; exited when it is closed
   * @param each of one read
   * @param chunked whether a read may wait for many more bytes than it gives
   */
  record Limits(Duration silence, Deadline all, Deadline each, boolean chunked) {}

  TimedBody(InputStream bytes, Limits limits) {
    super(bytes);
    this.limits = limits;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (limits.chunked()) {
      limits.each().enter();
    }
    try {
      return in.read(buffer, offset, length);
    } catch (SocketTimeoutException e) {
      throw slow(e, "nothing arrived for %ds".formatted(limits.silence().toSeconds()));
    } catch (IOException e) {
      throw limits.each().exit() ? slow(e, "next to nothing arrived") : e;
    } finally {
      limits.each().exit();
    }
  }

  private static IOException slow(IOException e, String why) {
    return new IOException(e.getMessage(), Failure.passing(ReasonCode.TOO_SLOW, why));
  }

  @Override
  public void close() throws IOException {
    limits.all().exit();
    super.close();
  }
}
