package io.fleetinstaller.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HttpProbeTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  static Stream<Arguments> answers() {
    return Stream.of(
        row("status", OK, "", "Passed", "status 200"),
        row(
            "bad status",
            "HTTP/1.1 500 Oh\r\n\r\ntoken=abc broke",
            "",
            "Failed",
            "expected 200; it said: token=[redacted] broke"),
        row("redirect", "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "", "Failed", "status 302"),
        row("body", OK, "^o.$", "Passed", "body has /^o.$/"),
        row("other body", OK, "fine", "Failed", "body without /fine/: ok"),
        row("body to the end", "HTTP/1.0 200 OK\r\n\r\nabc def", "c d", "Passed", "c d"),
        row(
            "chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n2\r\ncd\r\n0\r\n\r\n",
            "^abcd$",
            "Passed",
            "abcd"),
        row(
            "broken chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno\r\nab",
            "a",
            "Failed",
            "chunks are broken"),
        row(
            "early hints",
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK,
            "",
            "Passed",
            "status 200"),
        row("not http", "SSH-2.0-OpenSSH_9.9\r\n", "", "Failed", "does not speak HTTP"),
        row("nothing", "", "", "Failed", "ended before the answer"),
        row(
            "endless head",
            "HTTP/1.1 200 OK\r\nX: " + "x".repeat(40_000),
            "",
            "Failed",
            "longer than 32 KiB"),
        row("endless line of status", "x".repeat(40_000), "", "Failed", "longer than 32 KiB"),
        row(
            "large body",
            "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(70_000) + "end",
            "end",
            "Failed",
            "body without /end/"),
        row(
            "large chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n"
                + "y".repeat(70_000),
            "x",
            "Failed",
            "body without /x/"),
        row(
            "cruel pattern",
            "HTTP/1.1 200 OK\r\n\r\n" + "a".repeat(60_000),
            "(a+)+b",
            "Failed",
            "takes too long"),
        row("no pattern", OK, "(", "Failed", "not a regular expression"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  void an_answer_is_read_as_it_is(String name, String answer, String body, String kind, String saw)
      throws Exception {
    Thread serving = serve(answer);
    Optional<String> pattern = Optional.of(body).filter(text -> !text.isEmpty());

    Answer seen = new HttpProbe(url("/health?a=b"), 200, pattern, TIMEOUT, true).ask();

    assertThat(seen.getClass().getSimpleName()).as(seen.saw()).isEqualTo(kind);
    assertThat(seen.saw()).contains(saw);
    serving.join();
  }

  @Test
  void the_request_names_path_and_host_and_ends_the_connection() throws Exception {
    StringBuilder request = new StringBuilder();
    Thread serving = Thread.startVirtualThread(() -> answer(OK, request));

    new HttpProbe(url("/a%20b?c=d"), 200, Optional.empty(), TIMEOUT, true).ask();

    serving.join();
    assertThat(request.toString())
        .startsWith("GET /a%20b?c=d HTTP/1.1\r\n")
        .contains("Host: 127.0.0.1:" + server.getLocalPort() + "\r\n")
        .contains("Connection: close\r\n");
  }

  @Tag("F55")
  @Test
  void a_closed_port_is_the_workloads_doing() throws Exception {
    int port = server.getLocalPort();
    server.close();

    Answer http = new HttpProbe(url(port, "/"), 200, Optional.empty(), TIMEOUT, true).ask();
    Answer tcp = new TcpProbe(port, TIMEOUT, true).ask();

    assertThat(http).isInstanceOf(Answer.Failed.class);
    assertThat(tcp).isInstanceOf(Answer.Failed.class);
  }

  @Test
  void an_open_port_is_enough_for_tcp() {
    Answer tcp = new TcpProbe(server.getLocalPort(), TIMEOUT, true).ask();

    assertThat(tcp).isInstanceOf(Answer.Passed.class);
  }

  @Test
  void a_server_that_is_silent_is_waited_for_no_longer_than_the_timeout() {
    Duration timeout = Duration.ofMillis(50);

    Answer seen = new HttpProbe(url("/"), 200, Optional.empty(), timeout, true).ask();

    assertThat(seen).isEqualTo(new Answer.Failed("no answer within 50ms"));
  }

  @Tag("F51")
  @Test
  void a_name_that_nobody_knows_is_not_the_workloads_doing() {
    URI url = URI.create("http://agent.invalid/");

    Answer seen = new HttpProbe(url, 200, Optional.empty(), TIMEOUT, true).ask();

    assertThat(seen).isInstanceOf(Answer.Unclear.class);
  }

  private Thread serve(String answer) {
    return Thread.startVirtualThread(() -> answer(answer, new StringBuilder()));
  }

  private void answer(String answer, StringBuilder request) {
    try (Socket client = server.accept()) {
      while (request.indexOf("\r\n\r\n") < 0) {
        request.append((char) client.getInputStream().read());
      }
      OutputStream out = client.getOutputStream();
      out.write(answer.getBytes(StandardCharsets.UTF_8));
      client.shutdownOutput();
      // not to reset the connection under what the probe still reads
      client.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException _) {
      // a probe that has seen enough hangs up
    }
  }

  private URI url(String path) {
    return url(server.getLocalPort(), path);
  }

  private static URI url(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private static Arguments row(String name, String answer, String body, String kind, String saw) {
    return Arguments.of(name, answer, body, kind, saw);
  }
}
