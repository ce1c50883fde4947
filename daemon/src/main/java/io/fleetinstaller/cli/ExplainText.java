package io.fleetinstaller.cli;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What {@code explain} shows: the answer first, then what it rests on. Pure. */
final class ExplainText {
  private final Document one;
  private final Document source;
  private final Instant now;
  private final StringBuilder text = new StringBuilder();

  private ExplainText(Document one, Document source, Instant now) {
    this.one = one;
    this.source = source;
    this.now = now;
  }

  static String of(Document explanation) throws Refused {
    ExplainText text =
        new ExplainText(
            explanation.object("package"),
            explanation.object("source"),
            explanation.value("clock", Instant::parse));
    text.build();
    return text.text.toString();
  }

  private void build() throws Refused {
    text.append("%s is %s\n".formatted(one.text("package"), one.text("state")));
    upgrade();
    outlook();
    text.append('\n');
    line("current", Texts.release(one.optionalObject("current")));
    line("previous", Texts.release(one.optionalObject("previous")));
    line("desired", desired());
    source();
    decision("override");
    decision("pin");
    decision("hold");
    last();
  }

  private void source() throws Refused {
    Optional<Document> error = source.optionalObject("error");
    if (error.isPresent()) {
      line("source", Texts.reason(error.get()));
    }
  }

  private void upgrade() throws Refused {
    Optional<Document> upgrade = one.optionalObject("upgrade");
    if (upgrade.isPresent()) {
      Document open = upgrade.get();
      line("  now", Stage.of(open).text() + Texts.waits(open, now));
      line("  route", Texts.route(open));
      line("  began", Texts.when(open.value("began", Instant::parse), now));
      line("  asked by", Texts.byNote(open.object("origin")));
    }
  }

  private void outlook() throws Refused {
    Document outlook = one.object("outlook");
    Document reason = outlook.object("reason");
    line("  why", reason.text("sentence"));
    line("  code", reason.text("code"));
    Optional<Instant> until = outlook.optionalValue("until", Instant::parse);
    if (until.isPresent()) {
      line("  until", Texts.when(until.get(), now));
    }
    Optional<Document> noReturn = outlook.optionalObject("pointOfNoReturn");
    if (noReturn.isPresent()) {
      line("  note", noReturn.get().text("sentence"));
    }
    evidence(reason);
  }

  private String desired() throws Refused {
    Optional<Document> desired = one.optionalObject("desired");
    if (desired.isEmpty()) {
      return "nothing is asked for";
    }
    Document want = desired.get();
    String what =
        switch (want.text("ensure")) {
          case "present" -> Texts.release(want.optionalObject("release"));
          case "absent" -> "absent";
          case String _ -> "as it is";
        };
    String unsigned = StatusText.isUnsigned(one) ? ", unsigned" : "";
    return "%s, says %s%s".formatted(what, Texts.byNote(want.object("origin")), unsigned);
  }

  private void decision(String key) throws Refused {
    Optional<Document> decision = one.optionalObject(key);
    if (decision.isPresent()) {
      Document made = decision.get();
      Optional<Instant> until = made.optionalValue("until", Instant::parse);
      String why = made.text("why").isEmpty() ? "" : " (" + made.text("why") + ")";
      line(
          key,
          "%sby %s%s since %s%s"
              .formatted(
                  target(made),
                  made.text("by"),
                  why,
                  Texts.minute(made.value("since", Instant::parse)),
                  until.map(end -> ", until " + Texts.when(end, now)).orElse("")));
    }
  }

  private static String target(Document decision) throws Refused {
    Optional<Document> target = decision.optionalObject("target");
    if (target.isEmpty()) {
      return "";
    }
    Optional<Document> release = target.get().optionalObject("release");
    return (release.isPresent() ? Texts.release(release) : "absent") + ", ";
  }

  private void last() throws Refused {
    Optional<Document> last = one.optionalObject("last");
    if (last.isEmpty()) {
      line("last", "no upgrade has ended yet");
      return;
    }
    Document past = last.get();
    line(
        "last",
        "%s %s at %s"
            .formatted(
                past.text("end"),
                Texts.route(past),
                Texts.when(past.value("ended", Instant::parse), now)));
    Optional<Document> reason = past.optionalObject("reason");
    if (reason.isPresent()) {
      line("  why", reason.get().text("sentence"));
      line("  code", reason.get().text("code"));
    }
    line("  asked by", Texts.byNote(past.object("origin")));
    for (String fetched : past.texts("fetched")) {
      line("  fetched", fetched);
    }
    if (reason.isPresent()) {
      evidence(reason.get());
    }
  }

  private void line(String name, String value) {
    text.append("%-12s%s\n".formatted(name, Texts.plain(value)));
  }

  private void evidence(Document reason) throws Refused {
    List<String> lines = reason.texts("evidence");
    if (!lines.isEmpty()) {
      text.append("  evidence\n");
      lines.forEach(seen -> text.append("    | ").append(Texts.plain(seen)).append('\n'));
    }
  }
}
