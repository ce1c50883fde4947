package io.fleetinstaller.slots;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;

/**
 * Gives the files of a layer their content, from wherever it has them. Trusted with nothing: every
 * file is hashed while it is written. Used by one thread.
 */
public interface Supply extends AutoCloseable {

  /**
   * Gives the whole content of one file, from its first byte to its last. Called at most once for
   * each file that has a content, in the order of the table; files that need none from here are
   * left out.
   *
   * @throws Fault passed on as it is
   * @throws IOException the transfer broke; a {@link io.fleetinstaller.io.Faulted} is what went
   *     wrong
   */
  void file(Toc.Entry entry, Sink sink) throws IOException, Fault, InterruptedException;

  @Override
  void close() throws IOException;

  /** Makes the supply when it is needed. */
  @FunctionalInterface
  interface Opener {
    Supply open() throws IOException, Fault, InterruptedException;
  }
}
