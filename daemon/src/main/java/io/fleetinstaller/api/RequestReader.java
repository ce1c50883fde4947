package io.fleetinstaller.api;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one HTTP/1.1 request within the limits. Whatever it does not know for sure it refuses. */
final class RequestReader {
  private static final Pattern REQUEST_LINE =
      Pattern.compile("([A-Z]{1,16}) (/[!-~]*) HTTP/1\\.[01]");
  private static final Pattern HEADER =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([\\t -~\\x80-\\xff]*?)[ \\t]*");
  private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");
  private static final Pattern LINE_END = Pattern.compile("\r\n");
  private static final byte[] GO_ON =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Connection connection;
  private final Limits limits;

  RequestReader(Connection connection, Limits limits) {
    this.connection = connection;
    this.limits = limits;
  }

  Request read() throws BadRequest, IOException {
    connection.within(limits.deliver());
    try {
      return readInTime();
    } catch (SocketTimeoutException _) {
      throw new BadRequest(
          408, "the request did not arrive within %d ms".formatted(limits.deliver().toMillis()));
    }
  }

  private Request readInTime() throws BadRequest, IOException {
    ByteBuffer buffer = ByteBuffer.allocate(limits.head());
    int headEnd = readHead(buffer);
    String head = new String(buffer.array(), 0, headEnd, StandardCharsets.ISO_8859_1);
    List<String> lines = Arrays.asList(LINE_END.split(head, -1));
    Matcher line = REQUEST_LINE.matcher(lines.getFirst());
    if (!line.matches()) {
      throw new BadRequest(400, "the first line is not METHOD /path HTTP/1.1");
    }
    Map<String, String> headers = headers(lines.subList(1, lines.size()));
    int length = bodyLength(headers);
    byte[] begun = Arrays.copyOfRange(buffer.array(), headEnd + 4, buffer.position());
    return Target.parse(line.group(2))
        .request(line.group(1), readBody(begun, length, headers.containsKey("expect")));
  }

  /** How many bytes come before the empty line. */
  private int readHead(ByteBuffer buffer) throws BadRequest, IOException {
    int searched = 0;
    while (true) {
      if (!buffer.hasRemaining()) {
        throw new BadRequest(
            431, "request line and headers are over %d bytes".formatted(limits.head()));
      }
      if (connection.read(buffer) < 0) {
        throw new BadRequest(400, "the request ends before its headers do");
      }
      for (; searched + 4 <= buffer.position(); searched++) {
        if (endsHead(buffer, searched)) {
          return searched;
        }
      }
    }
  }

  private static boolean endsHead(ByteBuffer buffer, int at) {
    return buffer.get(at) == '\r'
        && buffer.get(at + 1) == '\n'
        && buffer.get(at + 2) == '\r'
        && buffer.get(at + 3) == '\n';
  }

  private static Map<String, String> headers(List<String> lines) throws BadRequest {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line : lines) {
      Matcher header = HEADER.matcher(line);
      if (!header.matches()) {
        throw new BadRequest(400, "a header is malformed");
      }
      String name = header.group(1).toLowerCase(Locale.ROOT);
      // Two lengths are how requests are smuggled; a second Accept harms nobody.
      if (headers.put(name, header.group(2)) != null && name.equals("content-length")) {
        throw new BadRequest(400, "there are two Content-Length headers");
      }
    }
    return headers;
  }

  private int bodyLength(Map<String, String> headers) throws BadRequest {
    if (headers.containsKey("transfer-encoding")) {
      throw new BadRequest(411, "a body needs a Content-Length, not a Transfer-Encoding");
    }
    String length = headers.getOrDefault("content-length", "0");
    if (!LENGTH.matcher(length).matches()) {
      throw new BadRequest(400, "Content-Length is not a number");
    }
    if (Long.parseLong(length) > limits.body()) {
      throw new BadRequest(413, "the body is over %d bytes".formatted(limits.body()));
    }
    return Integer.parseInt(length);
  }

  private String readBody(byte[] begun, int length, boolean expects)
      throws BadRequest, IOException {
    if (begun.length > length) {
      throw new BadRequest(400, "there is more than one request; send one per connection");
    }
    if (expects && begun.length < length) {
      connection.write(GO_ON);
    }
    ByteBuffer body = ByteBuffer.allocate(length).put(begun);
    while (body.hasRemaining()) {
      if (connection.read(body) < 0) {
        throw new BadRequest(400, "the body is shorter than its Content-Length");
      }
    }
    return decode(body.flip());
  }

  private static String decode(ByteBuffer body) throws BadRequest {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(body).toString();
    } catch (CharacterCodingException _) {
      throw new BadRequest(400, "the body is not UTF-8");
    }
  }
}
