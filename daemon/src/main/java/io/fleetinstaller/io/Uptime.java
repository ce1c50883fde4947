package io.fleetinstaller.io;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;

/**
 * How long the machine runs by the clock that systemd counts by, CLOCK_MONOTONIC: without the time
 * that it slept, and of the whole machine in a container too, where /proc/uptime may be the
 * container's own. Linux only. Thread-safe.
 */
@SuppressWarnings("restricted")
public final class Uptime {
  private static final int CLOCK_MONOTONIC = 1;
  private static final int TIMESPEC = 16;

  private static final MethodHandle CLOCK_GETTIME =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().find("clock_gettime").orElseThrow(),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

  private Uptime() {}

  public static Duration now() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(TIMESPEC, Long.BYTES);
      int _ = (int) CLOCK_GETTIME.invokeExact(CLOCK_MONOTONIC, time);
      return Duration.ofSeconds(
          time.get(ValueLayout.JAVA_LONG, 0), time.get(ValueLayout.JAVA_LONG, Long.BYTES));
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }
}
