package io.fleetinstaller.slots;

import io.fleetinstaller.release.Fault;
import java.nio.file.Path;

/**
 * The content of one new file, to be written from its first byte to its last. More than its size is
 * refused at once, less or a wrong digest behind its end. Used by one thread.
 */
public interface Sink {

  /** Appends these bytes; the buffer is the caller's again at once. */
  void bytes(byte[] buffer, int offset, int length) throws Fault, InterruptedException;

  /**
   * Appends a piece of another file. Where the file system can, both share the bytes on the disk
   * until either is changed; they are read and hashed all the same. Refused with {@link
   * io.fleetinstaller.release.ReasonCode#DIGEST_MISMATCH} if it cannot be read or is too short.
   */
  void copy(Path source, long from, long length) throws Fault, InterruptedException;

  /** Appends so many zeros, as a hole. */
  void zeros(long length) throws Fault, InterruptedException;
}
