package io.fleetinstaller.packaging.lab;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Sends this very process a signal that it cannot catch, so that not one more instruction of
 * whoever sends it runs. It is this thread's: one for the process alone some other thread may be
 * woken for, while this one goes on.
 */
final class Signals {
  static final int KILL = 9;
  static final int STOP = 19;

  private Signals() {}

  @SuppressWarnings("restricted")
  static void send(int signal) {
    Linker linker = Linker.nativeLinker();
    MethodHandle raise =
        linker.downcallHandle(
            linker.defaultLookup().find("raise").orElseThrow(),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try {
      int result = (int) raise.invokeExact(signal);
      if (result != 0) {
        throw new IllegalStateException("raise answers " + result);
      }
    } catch (Throwable e) {
      throw new IllegalStateException("cannot send signal " + signal, e);
    }
  }
}
