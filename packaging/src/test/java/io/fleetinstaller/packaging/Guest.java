package io.fleetinstaller.packaging;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A booted Debian guest with a real systemd, and the servers of the bed on its own loopback. What
 * is written in it outlives {@link #kill}, and ends with {@link #close}. Not thread-safe but for
 * {@link #start}.
 */
public final class Guest implements AutoCloseable {
  private static final int SECONDS_PER_COMMAND = 600;

  private final Path scripts;
  private final String name;
  private final List<String> binds;

  private Guest(Path scripts, String name, List<String> binds) {
    this.scripts = scripts;
    this.name = name;
    this.binds = binds;
  }

  /** What a command left behind. */
  public record Result(int status, String out, String err) {
    public boolean ok() {
      return status == 0;
    }
  }

  /**
   * Boots a guest in which {@code product} is seen, but not changed, at /opt/fleet-installer, and
   * the JDK of the tests at /opt/jdk. The first one on a machine takes about a minute, every other
   * about a second.
   */
  public static Guest up(Path scripts, Path product) {
    return up(scripts, product, "", List.of());
  }

  /**
   * The same, one of several.
   *
   * @param suffix of its name, which tells it from the others of this process
   * @param more arguments for systemd-nspawn
   */
  public static Guest up(Path scripts, Path product, String suffix, List<String> more) {
    String name = "fleet-installer-" + ProcessHandle.current().pid() + suffix;
    List<String> binds = new ArrayList<>(more);
    binds.add("--bind-ro=" + product.toAbsolutePath() + ":/opt/fleet-installer");
    binds.add("--bind-ro=" + System.getProperty("java.home") + ":/opt/jdk");
    Guest guest = new Guest(scripts, name, binds);
    guest.script("sweep");
    guest.boot();
    return guest;
  }

  /**
   * Boots another one like this, which is off, with a copy of all that is written in it.
   *
   * @param suffix what its name has more than this one's
   */
  public Guest another(String suffix) {
    Guest guest = new Guest(scripts, name + suffix, binds);
    guest.script("copy", guest.name, name);
    guest.boot();
    return guest;
  }

  /** Boots it again after a {@link #kill}. */
  public void boot() {
    List<String> command = new ArrayList<>(List.of("up", name));
    command.addAll(binds);
    script(command.toArray(String[]::new));
  }

  /** Shuts it down in good order; {@link #boot} brings it up again. */
  public void powerOff() {
    script("off", name);
  }

  /** Ends every process in it at once, as a power cut would. */
  public void kill() {
    script("kill", name);
  }

  @Override
  public void close() {
    script("down", name);
  }

  /** Runs a command in it and waits for its end. */
  public Result run(String... command) {
    return finish(runner(List.of(command)), InputStream.nullInputStream());
  }

  /** Runs a shell script in it, which must succeed; its output without the last line end. */
  public String sh(String script) {
    Result result = finish(runner(List.of("bash", "-euo", "pipefail", "-s")), utf8(script));
    if (!result.ok()) {
      throw new AssertionError(
          "in the guest, status %d of:%n%s%n%s%n%s"
              .formatted(result.status(), script, result.out(), result.err()));
    }
    return result.out().stripTrailing();
  }

  /** Starts a command in it and does not wait; its output goes nowhere. */
  public Process start(String... command) throws IOException {
    ProcessBuilder builder = runner(List.of(command));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  /** Whether a shell condition is true now; a pipeline is true when all its parts are. */
  public boolean holds(String condition) {
    return run("bash", "-o", "pipefail", "-c", condition).ok();
  }

  /** Whether a shell condition became true within so many seconds; asked five times a second. */
  public boolean within(int seconds, String condition) {
    String loop = "until %s; do sleep 0.2; done".formatted(condition);
    return run("timeout", Integer.toString(seconds), "bash", "-o", "pipefail", "-c", loop).ok();
  }

  /** Writes a file, readable by everybody, with its directories. */
  public void write(String path, String text) {
    ProcessBuilder install = runner(List.of("install", "-D", "-m644", "/dev/stdin", path));
    must(finish(install, utf8(text)), "write " + path);
  }

  /** Copies a file or a directory into it. */
  public void copyIn(Path from, String to) throws IOException {
    Path tar = Files.createTempFile("copy-in", ".tar");
    try {
      Path parent = from.toAbsolutePath().getParent();
      String leaf = from.getFileName().toString();
      must(
          finish(
              new ProcessBuilder("tar", "-C", parent.toString(), "-cf", tar.toString(), leaf),
              InputStream.nullInputStream()),
          "pack " + from);
      String unpack = "mkdir -p '%s' && tar -C '%s' --strip-components=1 -xf -".formatted(to, to);
      must(
          finish(runner(List.of("bash", "-c", unpack)), Files.newInputStream(tar)), "copy " + from);
    } finally {
      Files.delete(tar);
    }
  }

  private ProcessBuilder runner(List<String> command) {
    List<String> all = new ArrayList<>(List.of("timeout", Integer.toString(SECONDS_PER_COMMAND)));
    all.addAll(List.of(scripts.resolve("guest.sh").toString(), "run", name));
    all.addAll(command);
    return new ProcessBuilder(all);
  }

  private void script(String... arguments) {
    List<String> command = new ArrayList<>(List.of(scripts.resolve("guest.sh").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("OWNER", Long.toString(ProcessHandle.current().pid()));
    must(finish(builder, InputStream.nullInputStream()), String.join(" ", arguments));
  }

  private static Result finish(ProcessBuilder builder, InputStream input) {
    try {
      Path errors = Files.createTempFile("guest", ".err");
      try (input) {
        Process process = builder.redirectError(errors.toFile()).start();
        try (var in = process.getOutputStream()) {
          input.transferTo(in);
        } catch (IOException _) {
          // a command that does not read its input to the end is judged by its status
        }
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, Files.readString(errors));
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the guest was at work", e);
    }
  }

  private static void must(Result result, String what) {
    if (!result.ok()) {
      throw new AssertionError(
          "%s: status %d%n%s%n%s".formatted(what, result.status(), result.out(), result.err()));
    }
  }

  private static InputStream utf8(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
