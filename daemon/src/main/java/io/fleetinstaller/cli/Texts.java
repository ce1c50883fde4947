package io.fleetinstaller.cli;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/** The documents' values as people read them. */
final class Texts {
  private static final int DIGEST_FROM = "sha256:".length();
  private static final int DIGEST_TO = DIGEST_FROM + 12;

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}|[\\x80-\\x9f]");

  private Texts() {}

  static Document document(String json) throws Refused {
    return Document.json("the daemon's answer", json.getBytes(StandardCharsets.UTF_8), 16 << 20);
  }

  static String version(Optional<Document> release) throws Refused {
    return release.isPresent() ? release.get().text("version") : "nothing";
  }

  /** With enough of its digest to tell it from another of the same version. */
  static String release(Optional<Document> release) throws Refused {
    if (release.isEmpty()) {
      return "none";
    }
    String digest = release.get().text("digest");
    return "%s (%s)"
        .formatted(release.get().text("version"), digest.substring(DIGEST_FROM, DIGEST_TO));
  }

  static String route(Document upgrade) throws Refused {
    return "%s -> %s"
        .formatted(version(upgrade.optionalObject("from")), version(upgrade.optionalObject("to")));
  }

  /** To the minute, which is what people plan by. */
  static String minute(Instant instant) {
    String iso = instant.toString();
    return iso.substring(0, 10) + " " + iso.substring(11, 16) + " UTC";
  }

  /** To the second, of a moment that is near. */
  private static String second(Instant instant) {
    return instant.toString().substring(11, 19) + " UTC";
  }

  /** Who is waited for before an upgrade goes on, behind what else is said of it; or nothing. */
  static String waits(Document upgrade, Instant now) throws Refused {
    Optional<Document> found = upgrade.optionalObject("waits");
    if (found.isEmpty()) {
      return "";
    }
    Instant until = found.get().value("until", Instant::parse);
    String form = now.isBefore(until) ? ", waits for %s until %s" : ", asks %s again since %s";
    return form.formatted(found.get().text("for"), second(until))
        + " (%s)".formatted(found.get().text("why"));
  }

  /** The instant, and how far it is from now. */
  static String when(Instant instant, Instant now) {
    Duration ahead = Duration.between(now, instant);
    return ahead.isNegative()
        ? "%s, %s ago".formatted(minute(instant), span(ahead.negated()))
        : "%s, in %s".formatted(minute(instant), span(ahead));
  }

  /** Two units are enough. */
  static String span(Duration duration) {
    if (duration.toDays() > 0) {
      return pair(duration.toDays(), "d", duration.toHoursPart(), "h");
    }
    if (duration.toHours() > 0) {
      return pair(duration.toHours(), "h", duration.toMinutesPart(), "m");
    }
    return duration.toMinutes() > 0
        ? pair(duration.toMinutes(), "m", duration.toSecondsPart(), "s")
        : duration.toSeconds() + "s";
  }

  private static String pair(long large, String unit, long small, String smallUnit) {
    return small == 0 ? large + unit : large + unit + " " + small + smallUnit;
  }

  static String byNote(Document origin) throws Refused {
    String note = origin.text("note");
    return origin.text("by") + (note.isEmpty() ? "" : " (" + note + ")");
  }

  static String reason(Document reason) throws Refused {
    return reason.text("code") + ": " + plain(reason.text("sentence"));
  }

  /** Without what would steer a terminal: an agent's log may hold anything. */
  static String plain(String text) {
    return CONTROL.matcher(text).replaceAll("?");
  }
}
