package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.packages.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.tls.HeldCertificate;

/**
 * Debian's registry on loopback, behind nginx, which asks for a password and speaks TLS as
 * registry.test; and squid, which wants another password and alone knows that name.
 */
public final class RealServers implements AutoCloseable {
  static final String NAME = "registry.test";

  public final int plain = freePort();
  final int guarded = freePort();
  final int proxy = freePort();
  final Path ca;
  private final Path folder;
  private final List<Process> processes = new ArrayList<>();
  private final HeldCertificate authority =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("our own").build();

  public RealServers(Path folder) throws Exception {
    this.folder = Files.createDirectories(folder);
    this.ca = write("ca.pem", authority.certificatePem());
    // Servers that are started by root drop to their own users, who must get in here.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  public RealServers withRegistry() throws Exception {
    Path config =
        write(
            "registry.yml",
            """
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: %s}}
            http: {addr: "127.0.0.1:%d"}
            """
                .formatted(folder.resolve("storage"), plain));
    start(plain, Tools.find("docker-registry"), "serve", config.toString());
    return this;
  }

  RealServers withNginx() throws Exception {
    HeldCertificate held =
        new HeldCertificate.Builder()
            .signedBy(authority)
            .commonName(NAME)
            .addSubjectAlternativeName(NAME)
            .addSubjectAlternativeName("localhost")
            .build();
    write("nginx.crt", held.certificatePem());
    write("nginx.key", held.privateKeyPkcs8Pem());
    write("users", "agent:{PLAIN}secret\n");
    Path config =
        write(
            "nginx.conf",
            """
            daemon off;
            worker_processes 1;
            pid %1$s/nginx.pid;
            error_log %1$s/nginx.log;
            events {}
            http {
              access_log off;
              client_body_temp_path %1$s/nginx-body;
              proxy_temp_path %1$s/nginx-proxy;
              fastcgi_temp_path %1$s/nginx-fastcgi;
              uwsgi_temp_path %1$s/nginx-uwsgi;
              scgi_temp_path %1$s/nginx-scgi;
              client_max_body_size 0;
              server {
                listen 127.0.0.1:%2$d ssl;
                ssl_certificate nginx.crt;
                ssl_certificate_key nginx.key;
                auth_basic "registry";
                auth_basic_user_file users;
                location / {
                  proxy_pass http://127.0.0.1:%3$d;
                  proxy_set_header Host $http_host;
                  proxy_set_header X-Forwarded-Proto https;
                }
              }
            }
            """
                .formatted(folder, guarded, plain));
    start(
        guarded,
        Tools.find("nginx"),
        "-e",
        folder.resolve("nginx.log").toString(),
        "-p",
        folder.toString(),
        "-c",
        config.toString());
    return this;
  }

  RealServers withSquid() throws Exception {
    write("hosts", "127.0.0.1 " + NAME + "\n");
    Path login =
        write(
            "login",
            """
            #!/bin/sh
            while read -r user password; do
              [ "$user $password" = "me secret" ] && echo OK || echo ERR
            done
            """);
    Files.setPosixFilePermissions(login, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path config =
        write(
            "squid.conf",
            """
            http_port 127.0.0.1:%2$d
            hosts_file %1$s/hosts
            auth_param basic program %1$s/login
            auth_param basic children 1
            acl known proxy_auth REQUIRED
            http_access allow known
            http_access deny all
            access_log none
            cache_log stdio:/dev/null
            cache deny all
            pid_filename none
            shutdown_lifetime 0 seconds
            """
                .formatted(folder, proxy));
    start(proxy, Tools.find("squid"), "-N", "-f", config.toString());
    return this;
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private void start(int port, String... argv) throws Exception {
    Path log = folder.resolve(Path.of(argv[0]).getFileName() + ".out");
    Process process =
        new ProcessBuilder(argv).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    processes.add(process);
    while (!answers(port)) {
      // The end of the program is waited for, so that one which cannot start is told at once.
      boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
      assertThat(ended).as("%s ended: %s", argv[0], Files.readString(log)).isFalse();
    }
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    for (Process process : processes.reversed()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.onExit().join();
    }
  }
}
