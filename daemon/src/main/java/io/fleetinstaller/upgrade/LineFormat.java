package io.fleetinstaller.upgrade;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The lines of a journal as JSON. The first one names the version of the format. */
final class LineFormat {
  static final int VERSION = 1;

  private static final String SOURCE = "journal";
  private static final int TEXTS = 8 * 1024;
  private static final int TEXT = 1024;

  private LineFormat() {}

  static byte[] header(Account account) {
    Upgrade upgrade = account.upgrade();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("format", VERSION);
    tree.put("id", upgrade.id());
    tree.put("package", upgrade.name());
    upgrade.from().ifPresent(release -> tree.put("from", release(release)));
    upgrade.to().ifPresent(release -> tree.put("to", release(release)));
    tree.put("origin", origin(upgrade.origin()));
    if (upgrade.stableFor().isPositive()) {
      tree.put("stableFor", Durations.text(upgrade.stableFor()));
    }
    tree.put("began", upgrade.began());
    tree.put("attempt", account.attempt());
    tree.put("since", account.since());
    return Json.bytes(tree);
  }

  /** The first line, whatever its version. */
  static Document first(byte[] json) throws Refused {
    return Document.json(SOURCE, json);
  }

  static long version(Document first) throws Refused {
    return first.number("format", 1, Long.MAX_VALUE);
  }

  static Account header(Document line) throws Refused {
    PackageName name = line.value("package", PackageName::new);
    Optional<Release> from = release(name, line.optionalObject("from"));
    Optional<Release> to = release(name, line.optionalObject("to"));
    if (from.isEmpty() && to.isEmpty()) {
      throw line.refuse("to", "an upgrade goes from or to something");
    }
    Upgrade upgrade =
        new Upgrade(
            line.text("id"),
            name,
            from,
            to,
            origin(line.object("origin")),
            line.duration("stableFor", Duration.ZERO),
            instant(line, "began"));
    int attempt = (int) line.number("attempt", 1, Integer.MAX_VALUE);
    Account account = new Account(upgrade, attempt, instant(line, "since"), List.of());
    line.done();
    return account;
  }

  static byte[] write(Line line) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("at", line.at());
    switch (line) {
      case Line.Begun(_, Step step, String boot) -> {
        tree.put("begun", step);
        tree.put("boot", boot);
      }
      case Line.Done(_, Step step, List<String> notes) -> {
        tree.put("done", step);
        putTexts(tree, "notes", notes);
      }
      case Line.Failed(_, Step step, Failure(Failure.Kind kind, Reason reason)) -> {
        tree.put("failed", step);
        tree.put("fault", word(kind));
        putReason(tree, reason);
      }
      case Line.Well _ -> tree.put("well", true);
      case Line.Paused _ -> tree.put("paused", true);
      case Line.Ended(_, Outcome outcome) -> putOutcome(tree, outcome);
    }
    return Json.bytes(tree);
  }

  static Line read(byte[] json) throws Refused {
    Document line = Document.json(SOURCE, json);
    Instant at = instant(line, "at");
    Line read;
    if (line.has("begun")) {
      read = new Line.Begun(at, step(line, "begun"), line.optionalText("boot").orElse(""));
    } else if (line.has("done")) {
      read = new Line.Done(at, step(line, "done"), line.texts("notes"));
    } else if (line.has("failed")) {
      read = new Line.Failed(at, step(line, "failed"), new Failure(kind(line), reason(line)));
    } else if (line.flag("well", false)) {
      read = new Line.Well(at);
    } else if (line.flag("paused", false)) {
      read = new Line.Paused(at);
    } else {
      read = new Line.Ended(at, outcome(line));
    }
    line.done();
    return read;
  }

  private static void putOutcome(Map<String, Object> tree, Outcome outcome) {
    switch (outcome) {
      case Outcome.Upgraded() -> tree.put("end", "upgraded");
      case Outcome.Reverted(Reason reason) -> {
        tree.put("end", "reverted");
        putReason(tree, reason);
      }
      case Outcome.GivenUp(Reason reason, Failure.Kind kind) -> {
        tree.put("end", "given-up");
        tree.put("fault", word(kind));
        putReason(tree, reason);
      }
      case Outcome.Stuck(Reason reason) -> {
        tree.put("end", "stuck");
        putReason(tree, reason);
      }
    }
  }

  private static Outcome outcome(Document line) throws Refused {
    String end = line.text("end");
    return switch (end) {
      case "upgraded" -> new Outcome.Upgraded();
      case "reverted" -> new Outcome.Reverted(reason(line));
      case "given-up" -> new Outcome.GivenUp(reason(line), kind(line));
      case "stuck" -> new Outcome.Stuck(reason(line));
      case String _ -> throw line.refuse("end", "'%s' is no end".formatted(end));
    };
  }

  private static void putReason(Map<String, Object> tree, Reason reason) {
    tree.put("code", reason.code().text());
    tree.put("why", clip(reason.sentence()));
    putTexts(tree, "evidence", reason.evidence());
  }

  /** A code that only a newer version knows keeps its sentence. */
  private static Reason reason(Document line) throws Refused {
    return new Reason(
        ReasonCode.of(line.text("code")).orElse(ReasonCode.INCONCLUSIVE),
        line.text("why"),
        line.texts("evidence"));
  }

  /** The newest texts, cut: a line must fit into what the journal has reserved. */
  private static void putTexts(Map<String, Object> tree, String key, List<String> texts) {
    Deque<String> kept = new ArrayDeque<>();
    int size = 0;
    for (String text : texts.reversed()) {
      String clipped = clip(text);
      size += clipped.length();
      if (size > TEXTS) {
        break;
      }
      kept.addFirst(clipped);
    }
    if (!kept.isEmpty()) {
      tree.put(key, kept);
    }
  }

  private static String clip(String text) {
    return text.length() <= TEXT ? text : text.substring(0, TEXT) + "…";
  }

  private static Map<String, Object> release(Release release) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("version", release.version());
    tree.put("digest", release.digest());
    return tree;
  }

  private static Optional<Release> release(PackageName name, Optional<Document> object)
      throws Refused {
    if (object.isEmpty()) {
      return Optional.empty();
    }
    Document release = object.get();
    Release read =
        new Release(
            name, release.value("version", Version::new), release.value("digest", Digest::parse));
    release.done();
    return Optional.of(read);
  }

  private static Map<String, Object> origin(Origin origin) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("kind", word(origin.kind()));
    tree.put("by", origin.by());
    tree.put("note", origin.note());
    return tree;
  }

  private static Origin origin(Document object) throws Refused {
    Origin origin =
        new Origin(
            object.value("kind", text -> Origin.Kind.valueOf(constant(text))),
            object.text("by"),
            object.text("note"));
    object.done();
    return origin;
  }

  private static Step step(Document line, String key) throws Refused {
    return line.value(key, Step::valueOf);
  }

  private static Failure.Kind kind(Document line) throws Refused {
    return line.value("fault", text -> Failure.Kind.valueOf(constant(text)));
  }

  private static Instant instant(Document line, String key) throws Refused {
    try {
      return Instant.parse(line.text(key));
    } catch (java.time.DateTimeException e) {
      throw line.refuse(key, "it is no time");
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String constant(String word) {
    return word.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
