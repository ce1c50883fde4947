package io.fleetinstaller.io;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Programs as child processes of this JVM: the only place that starts any. */
public final class ChildPrograms implements Programs {
  /** Names what the launcher put into the environment for our own JVM alone. */
  private static final String OWN_VARIABLE = "fleet-installer.own-variable";

  /** A grandchild that keeps the pipe open after the program's end is not waited for any longer. */
  private static final Duration STRAGGLERS = Duration.ofSeconds(1);

  /** Starts a program that outlives the call, with stdout and stderr in one stream. */
  public static Process start(List<String> argv, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder = builder(argv, environment).redirectErrorStream(true);
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  @Override
  public Result run(Call call) throws Fault, InterruptedException {
    Process process = started(call);
    Tail output = new Tail(process.getInputStream());
    Tail errors = new Tail(process.getErrorStream());
    try {
      output.start(call.program() + " stdout");
      errors.start(call.program() + " stderr");
      feed(process, call);
      boolean ended = process.waitFor(call.timeout().toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        kill(process);
        process.waitFor();
      }
      output.join(STRAGGLERS);
      errors.join(STRAGGLERS);
      return new Result(call, process.exitValue(), !ended, output.text(), errors.text());
    } finally {
      kill(process);
    }
  }

  private static Process started(Call call) throws Fault {
    try {
      return builder(call.argv(), call.environment()).start();
    } catch (IOException e) {
      throw new Fault.Broken(
          ReasonCode.HOST_FAILED,
          "cannot run %s: %s; is it installed?".formatted(call.program(), e.getMessage()));
    }
  }

  private static ProcessBuilder builder(List<String> argv, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(argv).directory(Path.of("/").toFile());
    builder.environment().remove(System.getProperty(OWN_VARIABLE, ""));
    builder.environment().putAll(environment);
    return builder;
  }

  private static void feed(Process process, Call call) {
    if (call.input().isEmpty()) {
      write(process, call);
    } else {
      // A program that does not read would block us in the write, out of reach of the timeout.
      Thread.ofPlatform()
          .daemon()
          .name(call.program() + " stdin")
          .start(() -> write(process, call));
    }
  }

  private static void write(Process process, Call call) {
    try (OutputStream input = process.getOutputStream()) {
      input.write(call.inputBytes());
    } catch (IOException _) {
      // It ended without reading everything; its exit status says what that means.
    }
  }

  private static void kill(Process process) {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
