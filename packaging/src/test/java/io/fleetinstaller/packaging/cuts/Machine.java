package io.fleetinstaller.packaging.cuts;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/**
 * A virtual machine that runs. Not thread-safe.
 *
 * @param folder what belongs to it alone
 */
record Machine(Path folder, Process qemu) implements AutoCloseable {
  private static final int ANSWER_MILLIS = 3_000;
  private static final Duration POWER_ON = Duration.ofMinutes(5);

  /** What a machine is made from. */
  record Image(Path scripts, Path folder) {}

  /** The image as it was when the daemon had nothing to do, on a fresh overlay of its disk. */
  static Machine resume(Image image, Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Process overlay =
        new ProcessBuilder(
                "qemu-img",
                "create",
                "-q",
                "-fqcow2",
                "-Fqcow2",
                "-b" + disk(image.folder()),
                disk(folder).toString())
            .inheritIO()
            .start();
    if (overlay.waitFor() != 0) {
      throw new IOException("qemu-img made no overlay of " + image.folder());
    }
    return start("resume", image, folder, "");
  }

  /** The machine whose disk lies in this folder, switched on with this clock. */
  static Machine boot(Image image, Path folder, Cut.Clock clock)
      throws IOException, InterruptedException {
    return start("boot", image, folder, clock.base());
  }

  private static Machine start(String how, Image image, Path folder, String clock)
      throws IOException, InterruptedException {
    Files.deleteIfExists(folder.resolve("port"));
    Process qemu =
        new ProcessBuilder(
                image.scripts().resolve("vm.sh").toString(),
                how,
                image.folder().toString(),
                disk(folder).toString(),
                folder.resolve("monitor").toString(),
                folder.resolve("port").toString(),
                clock)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("console").toFile()))
            .start();
    qemu.getOutputStream().close();
    Machine machine = new Machine(folder, qemu);
    try {
      machine.awaitShell();
    } catch (IOException | InterruptedException e) {
      machine.close();
      throw e;
    }
    return machine;
  }

  static Path disk(Path folder) {
    return folder.resolve("disk.qcow2");
  }

  private void awaitShell() throws IOException, InterruptedException {
    long until = System.nanoTime() + POWER_ON.toNanos();
    while (!ask("echo ready", ANSWER_MILLIS).strip().equals("ready")) {
      if (!qemu.isAlive() || System.nanoTime() > until) {
        throw new IOException("no shell: " + Files.readString(folder.resolve("console")));
      }
      Thread.sleep(100);
    }
  }

  /** Runs a shell script in it as root, and gives what it says on both its outputs. */
  String run(String script, Duration limit) throws IOException {
    String coded = Base64.getEncoder().encodeToString(script.getBytes(UTF_8));
    return ask(
        "echo " + coded + " | base64 -d > /run/$$; bash /run/$$ < /dev/null 2>&1",
        Math.toIntExact(limit.toMillis()));
  }

  /** Empty when nobody answers: this machine's end of the line is up before the other. */
  private String ask(String line, int millis) throws IOException {
    Path port = folder.resolve("port");
    if (!Files.exists(port) || Files.size(port) == 0) {
      return "";
    }
    int number = Integer.parseInt(Files.readString(port).strip());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), number)) {
      socket.setSoTimeout(millis);
      socket.getOutputStream().write((line + "; exit\n").getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    } catch (java.net.SocketException | java.net.SocketTimeoutException _) {
      return "";
    }
  }

  /** Copies its disk as a power cut would leave it now: what it had not synced is not there. */
  void copyDisk(Path into) throws IOException, InterruptedException {
    signal("STOP");
    try {
      Files.copy(disk(folder), disk(into));
    } finally {
      signal("CONT");
    }
  }

  private void signal(String name) throws IOException, InterruptedException {
    String pid = Long.toString(qemu.pid());
    if (new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor() != 0) {
      throw new IOException("the machine does not run any more");
    }
  }

  /** Whether it still runs, and what it last wrote on its console. */
  String story() throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("console"), ISO_8859_1);
    return "%s\n%s"
        .formatted(
            qemu.isAlive() ? "it runs" : "it runs no more",
            String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size())));
  }

  /** The power is gone: what it had not synced is lost. */
  void cut() throws InterruptedException {
    qemu.destroyForcibly().waitFor();
  }

  /** Waits until it has switched itself off. */
  void awaitOff() throws InterruptedException {
    qemu.waitFor();
  }

  @Override
  public void close() {
    qemu.destroyForcibly();
  }
}
