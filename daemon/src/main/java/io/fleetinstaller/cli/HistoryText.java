package io.fleetinstaller.cli;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What {@code history} shows: one line per upgrade, the newest last. Pure. */
final class HistoryText {
  private HistoryText() {}

  static String of(Document history) throws Refused {
    List<Document> upgrades = history.objects("upgrades");
    if (upgrades.isEmpty()) {
      return "no upgrade has ended yet\n";
    }
    Table table = new Table().row("BEGAN", "TOOK", "PACKAGE", "FROM", "TO", "END", "BY", "WHY");
    for (Document past : upgrades) {
      Instant began = past.value("began", Instant::parse);
      Duration took = Duration.between(began, past.value("ended", Instant::parse));
      Optional<Document> reason = past.optionalObject("reason");
      table.row(
          Texts.minute(began),
          took.isNegative() ? "?" : Texts.span(took),
          past.text("package"),
          Texts.version(past.optionalObject("from")),
          Texts.version(past.optionalObject("to")),
          end(past),
          past.object("origin").text("by"),
          reason.isPresent() ? Texts.reason(reason.get()) : "");
    }
    return table.text();
  }

  private static String end(Document past) throws Refused {
    long times = past.number("times", 1, Integer.MAX_VALUE);
    return past.text("end") + (times > 1 ? " x" + times : "");
  }
}
