package io.fleetinstaller.api;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What came back from the daemon. */
record Answer(int status, String body) {
  private static final Pattern HEAD =
      Pattern.compile(
          "HTTP/1\\.1 (\\d{3}) [^\r\n]*\r\n(?:[^\r\n]+\r\n)*?Content-Length: (\\d{1,8})\r\n");

  static Answer parse(Path socket, byte[] bytes) throws Fault.Transient {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    Matcher head = HEAD.matcher(text);
    if (end < 0 || !head.lookingAt() || bytes.length - end - 4 != Integer.parseInt(head.group(2))) {
      throw new Fault.Transient(
          ReasonCode.DAEMON_DOWN,
          "cannot read the answer of the daemon at %s: it broke off; try again".formatted(socket));
    }
    return new Answer(
        Integer.parseInt(head.group(1)),
        new String(bytes, end + 4, bytes.length - end - 4, StandardCharsets.UTF_8));
  }

  /** The fault that this answer tells of. */
  Fault fault() throws Fault {
    Document error = document(body).object("error");
    Reason reason = reason(error.object("reason"));
    return switch (Ending.parse(error.text("ending")).orElse(Ending.BUG)) {
      case REFUSED -> new Fault.Refused(reason);
      case TRANSIENT -> new Fault.Transient(reason);
      case BROKEN, BUG, DONE -> new Fault.Broken(reason);
    };
  }

  static Document document(String body) throws Fault.Refused {
    return Document.json("the daemon's answer", body.getBytes(StandardCharsets.UTF_8));
  }

  private static Reason reason(Document reason) throws Fault {
    return new Reason(
        ReasonCode.of(reason.text("code")).orElse(ReasonCode.BUG),
        reason.text("sentence"),
        reason.texts("evidence"));
  }
}
