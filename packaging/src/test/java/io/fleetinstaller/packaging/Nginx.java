package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.Eventually;
import io.fleetinstaller.packages.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Debian's nginx on loopback. It serves one folder under {@code /host-N/} for every N, so that its
 * log tells who asked.
 */
final class Nginx implements AutoCloseable {
  private static final Pattern LINE =
      Pattern.compile("host-([0-9]+) (\\S+) ([0-9]+) ([0-9]+) ([0-9]+) \"(.*)\"");

  private final Path folder;
  private final int port;
  private final Process process;

  Nginx(Path folder, Path served) throws Exception {
    this.folder = Files.createDirectories(folder);
    this.port = freePort();
    // Servers that are started by root drop to their own users, who must get in here.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path config = Files.writeString(folder.resolve("nginx.conf"), config(served));
    this.process =
        new ProcessBuilder(Tools.find("nginx"), "-p", folder.toString(), "-c", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("nginx.out").toFile())
            .start();
    Eventually.eventually("nginx answers", this::answers);
  }

  /**
   * One line of its log.
   *
   * @param body bytes of the answer's body
   * @param all bytes of the answer with its head
   * @param condition the request's If-None-Match; {@code -} for none
   */
  record Line(int host, String path, int status, int body, int all, String condition) {
    boolean conditional() {
      return !condition.equals("-");
    }
  }

  String address(int host) {
    return "http://127.0.0.1:%d/host-%d/".formatted(port, host);
  }

  /** What was asked since the start, once all of it is written. */
  List<Line> log() throws Exception {
    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return Files.readAllLines(folder.resolve("access.log")).stream().map(Nginx::line).toList();
  }

  private static Line line(String text) {
    Matcher line = LINE.matcher(text);
    assertThat(line.matches()).as(text).isTrue();
    return new Line(
        Integer.parseInt(line.group(1)),
        line.group(2),
        Integer.parseInt(line.group(3)),
        Integer.parseInt(line.group(4)),
        Integer.parseInt(line.group(5)),
        line.group(6));
  }

  private String config(Path served) {
    return """
    daemon off;
    worker_processes 1;
    pid %1$s/nginx.pid;
    error_log %1$s/error.log;
    events { worker_connections 1024; }
    http {
      log_format told '$uri_host $uri_path $status $body_bytes_sent $bytes_sent "$http_if_none_match"';
      map $request_uri $uri_host { ~^/(host-[0-9]+)/ $1; }
      map $request_uri $uri_path { ~^/host-[0-9]+/(.*)$ $1; }
      access_log %1$s/access.log told buffer=64k;
      client_body_temp_path %1$s/body;
      proxy_temp_path %1$s/proxy;
      fastcgi_temp_path %1$s/fastcgi;
      uwsgi_temp_path %1$s/uwsgi;
      scgi_temp_path %1$s/scgi;
      default_type application/json;
      keepalive_requests 100000;
      server {
        listen 127.0.0.1:%2$d;
        location ~ ^/host-[0-9]+/(?<asked>.*)$ { alias %3$s/$asked; }
      }
    }
    """
        .formatted(folder, port, served);
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException _) {
      assertThat(process.isAlive()).as("nginx in %s", folder).isTrue();
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
