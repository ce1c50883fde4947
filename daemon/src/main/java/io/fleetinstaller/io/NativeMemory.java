package io.fleetinstaller.io;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * What the C library on 64-bit Linux does with the memory of this process. Ask {@link
 * Native#serves} first. Thread-safe.
 */
@SuppressWarnings("restricted")
final class NativeMemory {
  private static final int MADV_NORMAL = 0;
  private static final int MADV_RANDOM = 1;
  private static final int MADV_PAGEOUT = 21;

  private NativeMemory() {}

  /**
   * Lets the system take these pages of this process back; they are read again when they are
   * touched.
   *
   * @return false where the system cannot: Linux before 5.4
   */
  static boolean pageOut(long address, long length) {
    return advise(address, length, MADV_PAGEOUT);
  }

  /** Whether what lies beside a page of a file is read along with it, when that is touched. */
  static void readAhead(long address, long length, boolean wanted) {
    boolean _ = advise(address, length, wanted ? MADV_NORMAL : MADV_RANDOM);
  }

  private static boolean advise(long address, long length, int advice) {
    try {
      MemorySegment begin = MemorySegment.ofAddress(address);
      return (int) Advising.CALL.invokeExact(begin, length, advice) == 0;
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /** Gives back what malloc(3) keeps of freed memory; nothing where there is no malloc_trim(3). */
  static void trim() {
    if (Trimming.CALL.isPresent()) {
      try {
        int _ = (int) Trimming.CALL.get().invokeExact(0L);
      } catch (Throwable e) {
        throw Native.unexpected(e);
      }
    }
  }

  private static Optional<MethodHandle> find(String name, FunctionDescriptor shape) {
    Linker linker = Linker.nativeLinker();
    return linker.defaultLookup().find(name).map(found -> linker.downcallHandle(found, shape));
  }

  /** Looked up when first called, so that loading this class works on every system. */
  private static final class Advising {
    static final MethodHandle CALL =
        find(
                "madvise",
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT))
            .orElseThrow();
  }

  /** For itself: not every C library has it. */
  private static final class Trimming {
    static final Optional<MethodHandle> CALL =
        find("malloc_trim", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
  }
}
