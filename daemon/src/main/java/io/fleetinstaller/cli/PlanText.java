package io.fleetinstaller.cli;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What {@code plan} shows: one line per package, what would be done and why. Pure. */
final class PlanText {
  private PlanText() {}

  static String of(Document plan) throws Refused {
    List<Document> outlooks = plan.objects("outlooks");
    if (outlooks.isEmpty()) {
      return "nothing is installed and nothing is asked for\n";
    }
    Instant now = plan.value("clock", Instant::parse);
    Table table = new Table().row("PACKAGE", "ACTION", "FROM", "TO", "WHY");
    for (Document one : outlooks) {
      Optional<Instant> until = one.optionalValue("until", Instant::parse);
      table.row(
          one.text("package"),
          action(one),
          Texts.version(one.optionalObject("from")),
          Texts.version(one.optionalObject("to")),
          Texts.reason(one.object("reason"))
              + until.map(end -> "; until " + Texts.when(end, now)).orElse("")
              + noReturn(one));
    }
    return table.text();
  }

  private static String noReturn(Document one) throws Refused {
    Optional<Document> reason = one.optionalObject("pointOfNoReturn");
    return reason.isPresent() ? "; " + reason.get().text("sentence") : "";
  }

  private static String action(Document one) throws Refused {
    if (!one.text("kind").equals("act")) {
      return one.text("kind").equals("wait") ? "wait" : "none";
    }
    if (!one.has("from")) {
      return "install";
    }
    return one.has("to") ? "upgrade" : "remove";
  }
}
