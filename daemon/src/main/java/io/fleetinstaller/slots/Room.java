package io.fleetinstaller.slots;

import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The room that one release needs where it will stand, and what is said when the disk has not got
 * it, or fails. Other copies need no counting: they are on the disk already.
 *
 * @param doing for sentences, e.g. {@code unpack agent 1.2 (0123456789ab)}
 * @param bytes with a block for each entry, because files end in the middle of one
 * @param reserve bytes that must stay free for others
 */
record Room(String doing, Path where, long bytes, long inodes, long reserve) {
  private static final long BLOCK = 4096;
  private static final long MOST = Long.MAX_VALUE / 4;
  private static final long OUR_OWN_INODES = 16;
  private static final Pattern FULL =
      Pattern.compile("no space left|disk quota exceeded|not enough space|disk full");

  static Room of(Delivery delivery, Path where, long reserve) {
    Descriptor descriptor = delivery.descriptor();
    long entries = descriptor.entries() + OUR_OWN_INODES;
    return new Room(
        "unpack " + delivery.release(),
        where,
        // What a descriptor says may be absurd, but never wraps around to nothing.
        Math.min(descriptor.unpackedSize(), MOST) + Math.min(entries, MOST / BLOCK) * BLOCK,
        entries,
        reserve);
  }

  /** For small changes, which are not worth counting. */
  static Room small(String doing, Path where) {
    return new Room(doing, where, 0, 0, 0);
  }

  /** With so much for the agent's data, too. */
  Room beside(long data) {
    return data == 0
        ? this
        : new Room(
            "%s and keep the data of what runs".formatted(doing),
            where,
            Math.min(bytes, MOST) + Math.min(data, MOST),
            inodes,
            reserve);
  }

  /** With so much of it on the disk already. */
  Room less(long there) {
    return new Room(doing, where, Math.max(0, bytes - there), inodes, reserve);
  }

  void check(Scratch scratch) throws Fault, InterruptedException {
    Scratch.Free free = in(() -> scratch.free(where));
    if (free.bytes() - reserve < bytes) {
      throw full(
          "it needs %s and %s must stay free, but %s has %s; free at least %s there"
              .formatted(
                  Sizes.text(bytes),
                  Sizes.text(reserve),
                  where,
                  Sizes.text(free.bytes()),
                  Sizes.text(bytes + reserve - free.bytes())));
    }
    if (free.inodes() < inodes) {
      throw full(
          "it needs %d inodes, but %s has %d; remove some files there"
              .formatted(inodes, where, free.inodes()));
    }
  }

  /** Does something to the disk; what goes wrong becomes a fault that says what was being done. */
  <T> T in(Action<T> action) throws Fault, InterruptedException {
    try {
      return action.run();
    } catch (ClosedByInterruptException | InterruptedIOException e) {
      boolean _ = Thread.interrupted();
      throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
    } catch (IOException e) {
      throw fault(e);
    }
  }

  /** The same for what gives nothing back. */
  void run(Effect effect) throws Fault, InterruptedException {
    this.<Boolean>in(() -> {
      effect.run();
      return true;
    });
  }

  private Fault fault(IOException failure) {
    String why = String.valueOf(failure.getMessage());
    if (FULL.matcher(why.toLowerCase(Locale.ROOT)).find()) {
      return full(
          "%s is full (%s); free some space there, %s are needed in all"
              .formatted(where, why, Sizes.text(Math.max(bytes, BLOCK))));
    }
    return new Fault.Transient(
        ReasonCode.IO_ERROR, "cannot %s: %s; see the kernel's log".formatted(doing, says(failure)));
  }

  private Fault full(String why) {
    return new Fault.Transient(ReasonCode.DISK_FULL, "cannot %s: %s".formatted(doing, why));
  }

  /** The exceptions of java.nio.file often say only which file. */
  private static String says(IOException failure) {
    return failure.getClass().equals(IOException.class)
        ? String.valueOf(failure.getMessage())
        : failure.getClass().getSimpleName().replace("Exception", "") + " " + failure.getMessage();
  }

  /** Something done to the disk that gives something back. */
  @FunctionalInterface
  interface Action<T> {
    T run() throws IOException, Fault;
  }

  /** Something done to the disk. */
  @FunctionalInterface
  interface Effect {
    void run() throws IOException, Fault;
  }
}
