package io.fleetinstaller.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Where an open file has data and where it has holes: SEEK_DATA and SEEK_HOLE of lseek(2). Where
 * the file system does not tell, all is data. Thread-safe; two threads need a descriptor each.
 */
@SuppressWarnings("restricted")
final class Holes {
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final int ENXIO = 6;

  /** File systems that know of what was written a moment ago; some versions of ZFS do not. */
  private static final Set<String> TELLING =
      Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs");

  /** What a file system says that knows no holes: EINVAL, EOPNOTSUPP. */
  private static final Set<Integer> UNTOLD = Set.of(22, 95);

  /** Nobody counts the pieces of a file in more of them. */
  private static final int MOST_PIECES = 10_000;

  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();

  private Holes() {}

  /** Whether what the file system of this file says of its holes is to be relied on. */
  static boolean areTold(Path file) {
    try {
      return TELLING.contains(Files.getFileStore(file).type());
    } catch (IOException _) {
      return false;
    }
  }

  /** The next byte of data from here on; empty where there is none until the end. */
  static OptionalLong data(int descriptor, long from, Path file) throws IOException {
    return seek(descriptor, from, SEEK_DATA, file);
  }

  /** How many of the first bytes are data; all behind the piece where counting ends count. */
  static long dense(int descriptor, long size, Path file) throws IOException {
    long sum = 0;
    long at = 0;
    for (int pieces = 0; at < size; pieces++) {
      OptionalLong begin = data(descriptor, at, file);
      if (begin.isEmpty() || begin.getAsLong() >= size) {
        return sum;
      }
      if (pieces == MOST_PIECES) {
        return sum + size - begin.getAsLong();
      }
      at = Math.min(size, seek(descriptor, begin.getAsLong(), SEEK_HOLE, file).orElse(size));
      sum += at - begin.getAsLong();
    }
    return sum;
  }

  private static OptionalLong seek(int descriptor, long from, int what, Path file)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(STATE);
      long found = (long) Calls.LSEEK.invokeExact(errno, descriptor, from, what);
      int code = found < 0 ? Native.errno(errno) : 0;
      if (code == ENXIO) {
        return OptionalLong.empty();
      }
      if (UNTOLD.contains(code)) {
        return what == SEEK_DATA ? OptionalLong.of(from) : OptionalLong.empty();
      }
      Native.check(found, errno, file);
      return OptionalLong.of(found);
    } catch (Throwable e) {
      throw Native.asIs(e);
    }
  }

  /** Looked up when first called. */
  private static final class Calls {
    static final MethodHandle LSEEK =
        Native.handle(
            "lseek",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
  }
}
