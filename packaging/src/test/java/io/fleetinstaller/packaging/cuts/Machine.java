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
record Machine(Path folder, Process qemu, DiskServer disk) implements AutoCloseable {
  private static final int ANSWER_MILLIS = 3_000;
  private static final Duration POWER_ON = Duration.ofMinutes(5);

  /** What a machine is made from. */
  record Image(Path scripts, Path folder) {
    /** What every machine begins with, on a disk of its own. */
    Disk disk(Path file) throws IOException {
      return Disk.of(folder.resolve("disk.raw"), file);
    }
  }

  /** The image as it was when the daemon had nothing to do, with a disk that is as it was, too. */
  static Machine resume(Image image, Path folder, Disk disk)
      throws IOException, InterruptedException {
    return start("resume", image, folder, disk, "");
  }

  /** A machine with this disk, switched on with this clock. */
  static Machine boot(Image image, Path folder, Disk disk, Cut.Clock clock)
      throws IOException, InterruptedException {
    return start("boot", image, folder, disk, clock.base());
  }

  private static Machine start(String how, Image image, Path folder, Disk disk, String clock)
      throws IOException, InterruptedException {
    Path socket = folder.resolve("socket");
    Files.deleteIfExists(socket);
    Files.deleteIfExists(folder.resolve("port"));
    DiskServer server = DiskServer.start(disk, socket);
    Process qemu =
        new ProcessBuilder(
                image.scripts().resolve("vm.sh").toString(),
                how,
                image.folder().toString(),
                "nbd+unix:///?socket=" + socket,
                folder.resolve("monitor").toString(),
                folder.resolve("port").toString(),
                clock)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("console").toFile()))
            .start();
    qemu.getOutputStream().close();
    Machine machine = new Machine(folder, qemu, server);
    try {
      machine.awaitShell();
    } catch (IOException | InterruptedException e) {
      machine.close();
      throw e;
    }
    return machine;
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

  /** Whether it still runs, and what it last wrote on its console. */
  String story() throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("console"), ISO_8859_1);
    return "%s\n%s"
        .formatted(
            qemu.isAlive() ? "it runs" : "it runs no more",
            String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size())));
  }

  /** The power is gone; what it had not synced is lost, and what became of its disk, that tells. */
  void cut() throws IOException, InterruptedException {
    qemu.destroyForcibly().waitFor();
    disk.close();
  }

  /** Waits until it has switched itself off. */
  void awaitOff() throws InterruptedException {
    qemu.waitFor();
  }

  @Override
  public void close() throws IOException {
    qemu.destroyForcibly();
    disk.close();
  }
}
