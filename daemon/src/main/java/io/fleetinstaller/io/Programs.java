package io.fleetinstaller.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The door to external programs that run to their end. Thread-safe. */
@FunctionalInterface
public interface Programs {

  /**
   * Runs it to its end or its timeout, and kills it and its children then, or when interrupted.
   *
   * @throws Fault.Broken when it cannot be started at all
   */
  Result run(Call call) throws Fault, InterruptedException;

  /**
   * One program to run, without a shell.
   *
   * @param environment added to the daemon's own
   * @param input what it reads from stdin
   */
  record Call(List<String> argv, Map<String, String> environment, String input, Duration timeout) {
    public Call {
      argv = List.copyOf(argv);
      environment = Map.copyOf(environment);
      if (argv.isEmpty() || argv.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
        throw new IllegalArgumentException("a call needs a program, and no word with a NUL byte");
      }
    }

    /** A call that speaks the language that we can parse, and reads nothing. */
    public static Call of(Duration timeout, String... argv) {
      return new Call(List.of(argv), Map.of("LC_ALL", "C"), "", timeout);
    }

    /** The same, reading this. */
    public Call reading(String text) {
      return new Call(argv, environment, text, timeout);
    }

    /** The program without its path, for sentences. */
    public String program() {
      String path = argv.getFirst();
      return path.substring(path.lastIndexOf('/') + 1);
    }

    byte[] inputBytes() {
      return input.getBytes(UTF_8);
    }
  }

  /**
   * How a program ended. Of long output only the end is kept.
   *
   * @param status 128 + signal for one that was killed
   * @param timedOut we killed it
   */
  record Result(Call call, int status, boolean timedOut, String output, String errors) {

    public boolean succeeded() {
      return status == 0 && !timedOut;
    }

    /** What it wrote, the errors last. */
    public List<String> lines() {
      return Stream.concat(output.lines(), errors.lines()).toList();
    }

    /** Itself if it succeeded, else a fault: {@code cannot <what>: <program> exited 1: …}. */
    public Result orFail(String what) throws Fault {
      if (!succeeded()) {
        throw new Fault.Transient(ReasonCode.HOST_FAILED, "cannot %s: %s".formatted(what, why()));
      }
      return this;
    }

    /** How it failed, with the last line it wrote. */
    public String why() {
      String how =
          timedOut
              ? "%s did not end within %s".formatted(call.program(), Durations.text(call.timeout()))
              : "%s exited %d".formatted(call.program(), status);
      return lines().stream()
          .filter(line -> !line.isBlank())
          .reduce((_, last) -> last)
          .map(last -> how + ": " + last.strip())
          .orElse(how);
    }
  }
}
