package io.fleetinstaller.api;

import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** Asks the daemon at the socket. One connection per question. */
public final class Client {
  private static final int ANSWER_BYTES = 16 << 20;
  private static final int HEAD_BYTES = 8 << 10;
  // Longer than the longest poll that a server holds.
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final Path socket;
  private final Duration patience;

  public Client(Path socket) {
    this(socket, PATIENCE);
  }

  /**
   * @param patience for a whole answer
   */
  public Client(Path socket, Duration patience) {
    this.socket = socket;
    this.patience = patience;
  }

  /** The JSON document at this address; a refusal of the daemon is its fault. */
  public String get(String target) throws Fault {
    return exchange("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n", new byte[0]);
  }

  /** The id of the job that the daemon made of the command. */
  public String submit(Command command, String behalf) throws Fault {
    byte[] body = Json.bytes(command.request(behalf).entries());
    String head =
        "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: %d\r\n\r\n".formatted(body.length);
    return Answer.document(exchange(head, body)).text("id");
  }

  /** The job as it is when there is news after this number, or a while later. */
  public String job(String id, long after) throws Fault {
    return get("/v1/jobs/%s?after=%d".formatted(id, after));
  }

  private String exchange(String head, byte[] body) throws Fault {
    Answer answer = Answer.parse(socket, call(head, body));
    if (answer.status() / 100 != 2) {
      throw answer.fault();
    }
    return answer.body();
  }

  private byte[] call(String head, byte[] body) throws Fault {
    byte[] ahead = head.getBytes(StandardCharsets.US_ASCII);
    byte[] request = Arrays.copyOf(ahead, ahead.length + body.length);
    System.arraycopy(body, 0, request, ahead.length, body.length);
    try (Connection connection = connect()) {
      connection.within(patience);
      send(connection, request);
      return receive(connection);
    } catch (IOException e) {
      throw new Fault.Transient(
          ReasonCode.DAEMON_DOWN,
          "cannot hear the daemon at %s out: %s; try again".formatted(socket, e.getMessage()));
    }
  }

  private Connection connect() throws Fault, IOException {
    SocketChannel channel;
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      throw why.contains("ermission denied")
          ? new Fault.Refused(
              ReasonCode.FORBIDDEN,
              "cannot ask the daemon at %s: you may not open its socket; use sudo"
                  .formatted(socket))
          : new Fault.Transient(
              ReasonCode.DAEMON_DOWN,
              "cannot ask the daemon at %s: it is not running (%s); start it with 'systemctl start fleet-installer' or 'fleet-installer run'"
                  .formatted(socket, why));
    }
    return Connection.over(channel);
  }

  // A server that refuses early stops reading; its answer is there all the same.
  private static void send(Connection connection, byte[] request) throws IOException {
    try {
      connection.write(request);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException _) {
      return;
    }
  }

  private static byte[] receive(Connection connection) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(HEAD_BYTES);
    while (more(connection, buffer)) {
      if (!buffer.hasRemaining()) {
        if (buffer.capacity() >= ANSWER_BYTES) {
          throw new IOException("its answer is over %d bytes".formatted(ANSWER_BYTES));
        }
        buffer = ByteBuffer.allocate(buffer.capacity() * 2).put(buffer.flip());
      }
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  // A reset behind a whole answer is a server that did not want the rest of the request.
  private static boolean more(Connection connection, ByteBuffer buffer) throws IOException {
    try {
      return connection.read(buffer) >= 0;
    } catch (SocketException e) {
      if (buffer.position() > 0) {
        return false;
      }
      throw e;
    }
  }
}
