package io.fleetinstaller.api;

import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.report.Nouns;
import io.fleetinstaller.report.Tree;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** One answer; the connection closes behind it. */
record Response(int status, Object tree, Map<String, String> headers) {
  private static final Map<Integer, String> PHRASES =
      Map.ofEntries(
          Map.entry(200, "OK"),
          Map.entry(202, "Accepted"),
          Map.entry(400, "Bad Request"),
          Map.entry(403, "Forbidden"),
          Map.entry(404, "Not Found"),
          Map.entry(405, "Method Not Allowed"),
          Map.entry(408, "Request Timeout"),
          Map.entry(409, "Conflict"),
          Map.entry(411, "Length Required"),
          Map.entry(413, "Content Too Large"),
          Map.entry(431, "Request Header Fields Too Large"),
          Map.entry(500, "Internal Server Error"),
          Map.entry(503, "Service Unavailable"));

  static Response of(int status, Object tree) {
    return new Response(status, tree, Map.of());
  }

  static Response of(Fault fault) {
    return error(status(fault), Ending.of(fault), fault.reason());
  }

  static Response refused(int status, ReasonCode code, String sentence) {
    return error(status, Ending.REFUSED, new Reason(code, sentence));
  }

  static Response error(int status, Ending ending, Reason reason) {
    Tree error = new Tree().put("ending", ending.text()).put("reason", Nouns.reason(reason));
    return of(status, Tree.document().put("error", error).entries());
  }

  private static int status(Fault fault) {
    return switch (fault) {
      case Fault.Transient _ -> 503;
      case Fault.Broken _ -> 500;
      case Fault.Refused refused when refused.reason().code() == ReasonCode.BAD_REQUEST -> 400;
      case Fault.Refused refused when refused.reason().code() == ReasonCode.UNKNOWN_PACKAGE -> 404;
      case Fault.Refused _ -> 409;
    };
  }

  Response with(String header, String value) {
    return new Response(status, tree, Map.of(header, value));
  }

  byte[] bytes() {
    byte[] body = Json.bytes(tree);
    StringBuilder head = new StringBuilder();
    head.append("HTTP/1.1 ").append(status).append(' ');
    head.append(PHRASES.getOrDefault(status, "-")).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Content-Type: application/json\r\n");
    head.append("Content-Length: ").append(body.length + 1).append("\r\n");
    head.append("Connection: close\r\n\r\n");
    byte[] ahead = head.toString().getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(ahead.length + body.length + 1)
        .put(ahead)
        .put(body)
        .put((byte) '\n')
        .array();
  }
}
