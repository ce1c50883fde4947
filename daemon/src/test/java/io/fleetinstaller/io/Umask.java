package io.fleetinstaller.io;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/** Another umask for this process until it is closed. */
@SuppressWarnings("restricted")
public final class Umask implements AutoCloseable {
  private final int before;

  public Umask(int mask) {
    this.before = set(mask);
  }

  @Override
  public void close() {
    set(before);
  }

  private static int set(int mask) {
    Linker linker = Linker.nativeLinker();
    try {
      return (int)
          linker
              .downcallHandle(
                  linker.defaultLookup().find("umask").orElseThrow(),
                  FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
              .invokeExact(mask);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
