package io.fleetinstaller.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/**
 * The datagram socket on which systemd waits for a word from this process (sd_notify(3)). By our
 * own call and not by systemd-notify: a message from another process may come too late to tell
 * whose it is.
 */
@SuppressWarnings("restricted")
public final class NotifySocket {
  private static final short AF_UNIX = 1;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final int MOST_PATH_BYTES = 107;

  private final String path;

  /** A path that begins with @ is one of the abstract namespace. */
  NotifySocket(String path) {
    this.path = path;
  }

  /** The one that systemd gave us; empty when nobody waits. */
  public static Optional<NotifySocket> ofThisProcess() {
    return Optional.ofNullable(System.getenv("NOTIFY_SOCKET"))
        .filter(path -> path.startsWith("/") || path.startsWith("@"))
        .map(NotifySocket::new);
  }

  /** Says that the daemon is up. */
  public void ready() throws Fault {
    if (!send("READY=1")) {
      throw new Fault.Transient(
          ReasonCode.HOST_FAILED,
          "cannot tell systemd that the daemon is up: nobody listens on %s".formatted(path));
    }
  }

  /** Says that the daemon lives, to a watchdog that ends it after too long a silence. */
  public void alive() throws Fault {
    if (!send("WATCHDOG=1")) {
      throw new Fault.Transient(
          ReasonCode.HOST_FAILED,
          "cannot tell systemd that the daemon lives: nobody listens on %s".formatted(path));
    }
  }

  /** After how long a silence systemd ends this process; empty when it does not. */
  public static Optional<Duration> patience(Map<String, String> environment) {
    String own = Long.toString(ProcessHandle.current().pid());
    return Optional.ofNullable(environment.get("WATCHDOG_USEC"))
        .filter(_ -> environment.getOrDefault("WATCHDOG_PID", own).equals(own))
        .filter(micros -> micros.matches("[1-9][0-9]{0,14}"))
        .map(micros -> Duration.of(Long.parseLong(micros), ChronoUnit.MICROS));
  }

  private boolean send(String message) {
    byte[] name = path.getBytes(UTF_8);
    if (name.length > MOST_PATH_BYTES) {
      return false;
    }
    name[0] = name[0] == '@' ? 0 : name[0];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(Short.BYTES + name.length + 1, 2);
      address.set(ValueLayout.JAVA_SHORT, 0, AF_UNIX);
      MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, Short.BYTES, name.length);
      return send(
          address, Short.BYTES + name.length, arena.allocateFrom(message), message.length());
    } catch (Throwable e) {
      throw new IllegalStateException("the C library does not do as its manual says", e);
    }
  }

  private static boolean send(MemorySegment address, int addressSize, MemorySegment text, long size)
      throws Throwable {
    int socket = (int) Calls.SOCKET.invokeExact((int) AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (socket < 0) {
      return false;
    }
    try {
      return size == (long) Calls.SENDTO.invokeExact(socket, text, size, 0, address, addressSize);
    } finally {
      int _ = (int) Calls.CLOSE.invokeExact(socket);
    }
  }

  /** Looked up when first called, so that loading this class works on every system. */
  private static final class Calls {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    static final MethodHandle SOCKET = call("socket", INT, INT, INT, INT);
    static final MethodHandle SENDTO =
        call("sendto", LONG, INT, ValueLayout.ADDRESS, LONG, INT, ValueLayout.ADDRESS, INT);
    static final MethodHandle CLOSE = call("close", INT, INT);

    private static MethodHandle call(String name, MemoryLayout result, MemoryLayout... arguments) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().find(name).orElseThrow(),
          FunctionDescriptor.of(result, arguments));
    }
  }
}
