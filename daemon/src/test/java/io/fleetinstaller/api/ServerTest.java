package io.fleetinstaller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.Fault;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class ServerTest {
  private static final Limits SHORT =
      new Limits(1024, 2048, Duration.ofMillis(300), 4, Duration.ofMillis(200));
  private static final String GET_STATUS = "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n";

  @TempDir Path folder;
  private final FakeOperations daemon = new FakeOperations();
  private Path socket;
  private Server server;

  @BeforeEach
  void open() throws Fault {
    socket = folder.resolve("s");
    server = Server.open(new SocketFile(socket, Optional.empty()), daemon, SHORT);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void status_is_one_json_document() throws IOException {
    String answer = send(GET_STATUS);

    assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").contains("\r\nConnection: close\r\n");
    assertThat(answer).contains("{\"formatVersion\":1,\"clock\":\"2026-01-02T12:00:00Z\"");
  }

  static Stream<Arguments> badRequests() {
    return Stream.of(
        bad("no HTTP at all", "hello\r\n\r\n", 400, "the first line is not METHOD"),
        bad("a TLS greeting", "\u0016\u0003\u0001\u0002\r\n\r\n", 400, "the first line"),
        bad("an old version", "GET /v1/status HTTP/0.9\r\n\r\n", 400, "the first line"),
        bad("a relative address", "GET v1/status HTTP/1.1\r\n\r\n", 400, "the first line"),
        bad("a folded header", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400, "a header is"),
        bad("a header without a name", "GET / HTTP/1.1\r\n: b\r\n\r\n", 400, "a header is"),
        bad("bare line feeds only", "GET / HTTP/1.1\n\n", 408, "did not arrive"),
        bad("a large head", "GET / HTTP/1.1\r\nA: " + "b".repeat(2000), 431, "over 1024 bytes"),
        bad("a large target", "GET /" + "b".repeat(2000), 431, "over 1024 bytes"),
        bad("a large body", post(9000, "{"), 413, "over 2048 bytes"),
        bad("an absurd length", post(Long.MAX_VALUE / 10, ""), 413, "over 2048 bytes"),
        bad("a negative length", post(-1, ""), 400, "Content-Length is not a number"),
        bad("two lengths", twoLengths(), 400, "two Content-Length"),
        bad("chunks", "POST /v1/jobs HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411, "needs"),
        bad("a body that never comes", post(10, "{"), 408, "did not arrive within 300 ms"),
        bad("a head that never ends", "GET /v1/status HTTP/1.1\r\nHost", 408, "did not arrive"),
        bad("two requests", GET_STATUS + GET_STATUS, 400, "more than one request"),
        bad("a broken escape", "GET /v1/packages/%zz HTTP/1.1\r\n\r\n", 400, "percent-encoded"),
        bad("an unknown address", "GET /v2/status HTTP/1.1\r\n\r\n", 404, "there is no such"),
        bad("only slashes", "GET // HTTP/1.1\r\n\r\n", 404, "there is no such"),
        bad("a wrong method", "POST /v1/status HTTP/1.1\r\n\r\n", 405, "takes GET only"),
        bad("a question as an order", "GET /v1/jobs HTTP/1.1\r\n\r\n", 405, "takes POST only"),
        bad(
            "an illegal name",
            "GET /v1/packages/..%2f HTTP/1.1\r\n\r\n",
            400,
            "not a package name"),
        bad("an unknown package", "GET /v1/packages/nix HTTP/1.1\r\n\r\n", 404, "nobody has it"),
        bad("an unknown job", "GET /v1/jobs/x-1 HTTP/1.1\r\n\r\n", 404, "no such job"),
        bad("no body", post(0, ""), 400, "the request"),
        bad("no JSON", post("verb=install"), 400, "the request"),
        bad("JSON that is no object", post("[]"), 400, "must be an object"),
        bad("a duplicate key", post("{\"verb\":\"poll\",\"verb\":\"hold\"}"), 400, "verb"),
        bad("deep nesting", post("{\"a\":" + "[".repeat(500) + "}"), 400, "the request"),
        bad("an unknown verb", post("{\"verb\":\"explode\"}"), 400, "it must be one of install,"),
        bad("no package", post("{\"verb\":\"install\"}"), 400, "install needs one"),
        bad(
            "an unknown key",
            post("{\"verb\":\"poll\",\"force\":true}"),
            400,
            "key 'force': it is not known here; allowed are"),
        bad(
            "a key of another verb",
            post("{\"verb\":\"hold\",\"package\":\"a\",\"digest\":\"x\"}"),
            400,
            "key 'digest': it is not known here"),
        bad(
            "a bad digest",
            post("{\"verb\":\"install\",\"package\":\"a\",\"digest\":\"md5:1\"}"),
            400,
            "is not a digest"),
        bad(
            "escape codes in a note",
            post("{\"verb\":\"hold\",\"package\":\"a\",\"why\":\"\\u001b[2J\"}"),
            400,
            "it must be one line"),
        bad(
            "something the daemon refuses",
            post("{\"verb\":\"rollback\",\"package\":\"a\"}"),
            409,
            "there is no previous slot"));
  }

  private static Arguments bad(String what, String request, int status, String says) {
    return Arguments.of(what, request, status, says);
  }

  private static String post(String body) {
    return post(body.length(), body);
  }

  private static String post(long length, String body) {
    return "POST /v1/jobs HTTP/1.1\r\nContent-Length: " + length + "\r\n\r\n" + body;
  }

  private static String twoLengths() {
    return "POST /v1/jobs HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}";
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badRequests")
  void a_bad_request_is_told_so_and_the_next_one_is_answered(
      String what, String request, int status, String says) throws IOException {
    String answer = send(request);

    assertThat(answer).as(what).startsWith("HTTP/1.1 " + status + " ").contains(says);
    assertThat(send(GET_STATUS)).startsWith("HTTP/1.1 200 ");
    assertThat(daemon.submitted).isEmpty();
  }

  @Test
  void a_body_that_is_not_utf8_is_refused() throws IOException {
    byte[] head = post(2, "").getBytes(StandardCharsets.US_ASCII);
    byte[] request = java.util.Arrays.copyOf(head, head.length + 2);
    request[head.length] = (byte) 0xc3;
    request[head.length + 1] = (byte) 0x28;

    String answer = send(request);

    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("not UTF-8");
  }

  @Test
  void a_caller_that_hangs_up_in_the_middle_harms_nobody() throws IOException {
    try (SocketChannel caller = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      caller.write(ByteBuffer.wrap("GET /v1".getBytes(StandardCharsets.US_ASCII)));
    }

    String answer = send(GET_STATUS);

    assertThat(answer).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void one_connection_too_many_is_told_to_come_back() throws Exception {
    Limits patient = new Limits(1024, 2048, Duration.ofSeconds(20), 1, Duration.ofMillis(200));
    Path other = folder.resolve("o");
    Server narrow = Server.open(new SocketFile(other, Optional.empty()), daemon, patient);

    try (narrow;
        SocketChannel first = SocketChannel.open(UnixDomainSocketAddress.of(other))) {
      assertThat(first.isConnected()).isTrue();

      Client second = new Client(other);

      assertThatThrownBy(() -> second.get("/v1/status"))
          .isInstanceOf(Fault.Transient.class)
          .hasMessage("too many connections; try again in a second");
    }
  }

  @Test
  void a_bug_in_an_answer_is_a_500_and_the_server_goes_on() throws IOException {
    daemon.buggy = true;
    String broken = send(GET_STATUS);
    daemon.buggy = false;

    String answer = send(GET_STATUS);

    assertThat(broken).startsWith("HTTP/1.1 500 ").contains("\"ending\":\"bug\"", "two currents");
    assertThat(answer).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void a_caller_that_waits_for_a_go_ahead_gets_it() throws IOException {
    try (SocketChannel caller = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      String head = "POST /v1/jobs HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 15\r\n\r\n";
      caller.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer interim = ByteBuffer.allocate(25);
      while (interim.hasRemaining() && caller.read(interim) >= 0) {}
      caller.write(ByteBuffer.wrap("{\"verb\":\"poll\"}".getBytes(StandardCharsets.US_ASCII)));

      String answer =
          new String(Channels.newInputStream(caller).readAllBytes(), StandardCharsets.UTF_8);

      assertThat(new String(interim.array(), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      assertThat(answer).startsWith("HTTP/1.1 202 Accepted");
    }
  }

  @Test
  void a_job_is_followed_to_its_end() throws Exception {
    Client client = new Client(socket);
    String id = client.submit(hold(), "alice");
    Job job = daemon.submitted.getFirst();
    job.step("unpack", 1);

    String before = client.job(id, 0);
    job.done(
        new io.fleetinstaller.release.Reason(
            io.fleetinstaller.release.ReasonCode.ASKED_FOR, "held"));
    String after = client.job(id, 2);

    assertThat(job.command().by()).endsWith(" for alice");
    assertThat(before).contains("\"state\":\"running\"", "\"step\":\"unpack\"");
    assertThat(after).contains("\"state\":\"done\"", "\"ending\":\"done\"");
  }

  @Test
  void a_poll_without_news_comes_back_with_what_there_is() throws Exception {
    Client client = new Client(socket);
    String id = client.submit(hold(), "");

    String job = client.job(id, 1);

    assertThat(job).contains("\"state\":\"running\"", "\"seq\":1,");
  }

  @Test
  void the_refusal_of_the_daemon_is_the_fault_of_the_client() {
    Client client = new Client(socket);

    assertThatThrownBy(() -> client.get("/v1/packages/nix"))
        .isInstanceOf(Fault.Refused.class)
        .hasMessage("cannot explain nix: nobody has it and nobody wants it");
  }

  @Test
  void only_the_owner_may_open_the_socket() throws IOException {
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(socket));

    assertThat(mode).isEqualTo("rw-------");
    assertThat(folder.resolve(".new")).doesNotExist();
  }

  @Test
  void a_stale_socket_is_replaced_and_a_live_one_is_not() throws Exception {
    Path other = folder.resolve("o");
    Files.writeString(other, "left by a crash");

    Server second = Server.open(new SocketFile(other, Optional.empty()), daemon, SHORT);

    try (second) {
      assertThat(send(other, GET_STATUS.getBytes(StandardCharsets.US_ASCII))).contains("200 OK");
      assertThatThrownBy(() -> Server.open(new SocketFile(other, Optional.empty()), daemon, SHORT))
          .isInstanceOf(Fault.Broken.class)
          .hasMessageContaining("another daemon answers there");
    }
    assertThat(other).doesNotExist();
  }

  @Test
  void without_a_daemon_the_client_says_what_to_do() {
    Client client = new Client(folder.resolve("nobody"));

    assertThatThrownBy(() -> client.get("/v1/status"))
        .isInstanceOf(Fault.Transient.class)
        .hasMessageContaining("it is not running")
        .hasMessageContaining("systemctl start fleet-installer");
  }

  private static Command hold() {
    return new Command(
        Verb.HOLD,
        Optional.of(new io.fleetinstaller.release.PackageName("node-exporter")),
        Optional.empty(),
        Optional.empty(),
        "exam week",
        Optional.of(Duration.ofDays(3)),
        "");
  }

  private String send(String request) throws IOException {
    return send(request.getBytes(StandardCharsets.ISO_8859_1));
  }

  private String send(byte[] request) throws IOException {
    return send(socket, request);
  }

  private static String send(Path socket, byte[] request) throws IOException {
    try (SocketChannel caller = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      caller.write(ByteBuffer.wrap(request));
      return new String(Channels.newInputStream(caller).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
