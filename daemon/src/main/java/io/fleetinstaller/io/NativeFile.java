package io.fleetinstaller.io;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * The calls of the C library on one file that was opened to be written. Nothing is allocated for a
 * call: there are a few for each of thousands of files. Used by one thread.
 */
@SuppressWarnings("restricted")
final class NativeFile {
  /** Bytes at the begin of the memory that are for the calls themselves. */
  static final int OWN = 64;

  private static final int TIMES = 16;
  private static final int RANGE = 16;
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;
  // O_RDWR, O_CREAT, O_EXCL, O_CLOEXEC
  private static final int NEW = 2 | 0x40 | 0x80 | 0x80000;
  private static final int OURS = 0600;
  private static final int EEXIST = 17;
  private static final long FICLONERANGE = 0x4020940dL;
  private static final long NOW_IS_LEFT_ALONE = (1L << 30) - 2;
  private static final int WRITE_BACK = 2;

  private final Path path;
  private final int descriptor;
  private final MemorySegment memory;

  private NativeFile(Path path, int descriptor, MemorySegment memory) {
    this.path = path;
    this.descriptor = descriptor;
    this.memory = memory;
  }

  /**
   * Makes a file that must be new.
   *
   * @param memory what is written goes there, behind the first {@link #OWN} bytes
   */
  static NativeFile make(Path path, MemorySegment memory) throws IOException {
    byte[] name = Posix.bytes(path);
    MemorySegment.copy(name, 0, memory, ValueLayout.JAVA_BYTE, OWN, name.length);
    memory.set(ValueLayout.JAVA_BYTE, OWN + name.length, (byte) 0);
    try {
      int descriptor =
          (int) Calls.OPEN.invokeExact(memory, memory.asSlice(OWN), NEW | O_NOFOLLOW, OURS);
      NativeFile made = new NativeFile(path, descriptor, memory);
      if (descriptor < 0 && Native.errno(memory) == EEXIST) {
        throw new FileAlreadyExistsException(path.toString());
      }
      made.check(descriptor);
      return made;
    } catch (Throwable e) {
      throw Native.asIs(e);
    }
  }

  /** Writes what lies behind the first bytes of the memory; how much of it. */
  int write(int length, long position) throws IOException {
    try {
      MemorySegment bytes = memory.asSlice(OWN);
      long written =
          (long) Calls.PWRITE.invokeExact(memory, descriptor, bytes, (long) length, position);
      check(written);
      return (int) written;
    } catch (Throwable e) {
      throw Native.asIs(e);
    }
  }

  /** Reads into the memory behind its first bytes; how much, 0 at the end. */
  int read(int length, long position) throws IOException {
    try {
      MemorySegment bytes = memory.asSlice(OWN);
      long count =
          (long) Calls.PREAD.invokeExact(memory, descriptor, bytes, (long) length, position);
      check(count);
      return (int) count;
    } catch (Throwable e) {
      throw Native.asIs(e);
    }
  }

  void truncate(long size) throws IOException {
    try {
      check((int) Calls.FTRUNCATE.invokeExact(memory, descriptor, size));
    } catch (Throwable e) {
      throw Native.asIs(e);
    }
  }

  /** Shares bytes of another file on the disk; false where the file system cannot. */
  boolean share(int source, long from, long length, long position) throws IOException {
    memory.set(ValueLayout.JAVA_LONG, RANGE, source);
    memory.set(ValueLayout.JAVA_LONG, RANGE + 8, from);
    memory.set(ValueLayout.JAVA_LONG, RANGE + 16, length);
    memory.set(ValueLayout.JAVA_LONG, RANGE + 24, position);
    try {
      MemorySegment range = memory.asSlice(RANGE);
      int result = (int) Calls.IOCTL.invokeExact(memory, descriptor, FICLONERANGE, range);
      if (result < 0 && Native.UNSHARED.contains(Native.errno(memory))) {
        return false;
      }
      check(result);
      return true;
    } catch (Throwable e) {
      throw Native.asIs(e);
    }
  }

  void chown(int uid, int gid) throws IOException {
    try {
      check((int) Calls.FCHOWN.invokeExact(memory, descriptor, uid, gid));
    } catch (Throwable e) {
      throw Native.asIs(e);
    }
  }

  void chmod(int mode) throws IOException {
    try {
      check((int) Calls.FCHMOD.invokeExact(memory, descriptor, mode));
    } catch (Throwable e) {
      throw Native.asIs(e);
    }
  }

  /** Sets when it was modified, and leaves when it was read. */
  void modified(long seconds, long nanos) throws IOException {
    memory.set(ValueLayout.JAVA_LONG, TIMES, 0);
    memory.set(ValueLayout.JAVA_LONG, TIMES + 8, NOW_IS_LEFT_ALONE);
    memory.set(ValueLayout.JAVA_LONG, TIMES + 16, seconds);
    memory.set(ValueLayout.JAVA_LONG, TIMES + 24, nanos);
    try {
      check((int) Calls.FUTIMENS.invokeExact(memory, descriptor, memory.asSlice(TIMES)));
    } catch (Throwable e) {
      throw Native.asIs(e);
    }
  }

  /** Tells the disk to begin with these bytes; they are durable only when they are synced. */
  void beginWriting(long from, long length) {
    try {
      // Where it fails nothing is lost but time.
      int _ = (int) Calls.SYNC_FILE_RANGE.invokeExact(memory, descriptor, from, length, WRITE_BACK);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  void close() throws IOException {
    try {
      check((int) Calls.CLOSE.invokeExact(memory, descriptor));
    } catch (Throwable e) {
      throw Native.asIs(e);
    }
  }

  private void check(long result) throws IOException {
    if (result < 0) {
      String why = Errno.sentence(Native.errno(memory));
      throw new FileSystemException(path.toString(), null, why);
    }
  }

  /** Looked up when first called, so that loading this class works on every system. */
  private static final class Calls {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout TEXT = ValueLayout.ADDRESS;

    static final MethodHandle OPEN =
        Native.handle(
            "open", FunctionDescriptor.of(INT, TEXT, INT, INT), Linker.Option.firstVariadicArg(2));
    static final MethodHandle PWRITE =
        Native.handle("pwrite", FunctionDescriptor.of(LONG, INT, TEXT, LONG, LONG));
    static final MethodHandle PREAD =
        Native.handle("pread", FunctionDescriptor.of(LONG, INT, TEXT, LONG, LONG));
    static final MethodHandle FTRUNCATE =
        Native.handle("ftruncate", FunctionDescriptor.of(INT, INT, LONG));
    static final MethodHandle IOCTL =
        Native.handle(
            "ioctl",
            FunctionDescriptor.of(INT, INT, LONG, TEXT),
            Linker.Option.firstVariadicArg(2));
    static final MethodHandle FCHOWN =
        Native.handle("fchown", FunctionDescriptor.of(INT, INT, INT, INT));
    static final MethodHandle FCHMOD =
        Native.handle("fchmod", FunctionDescriptor.of(INT, INT, INT));
    static final MethodHandle FUTIMENS =
        Native.handle("futimens", FunctionDescriptor.of(INT, INT, TEXT));
    static final MethodHandle SYNC_FILE_RANGE =
        Native.handle("sync_file_range", FunctionDescriptor.of(INT, INT, LONG, LONG, INT));
    static final MethodHandle CLOSE = Native.handle("close", FunctionDescriptor.of(INT, INT));
  }
}
