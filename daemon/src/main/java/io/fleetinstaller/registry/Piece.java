package io.fleetinstaller.registry;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * A part of a blob on its way, which nothing proves but what it is used for.
 *
 * @param wrong to be told when that was not what it should be: whoever sent it is passed over when
 *     the same blob is opened again. May be called later, and from any thread
 */
public record Piece(InputStream bytes, Runnable wrong) implements Closeable {
  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
