package io.fleetinstaller.registry;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/**
 * The bytes of a blob on their way.
 *
 * @param from the place in the blob of the first byte: 0 when the repository cannot resume
 * @param length of what comes, in bytes, if the repository says so
 * @param validator what the repository calls this copy; empty: nothing
 */
record Body(InputStream bytes, long from, OptionalLong length, String validator)
    implements Closeable {
  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
