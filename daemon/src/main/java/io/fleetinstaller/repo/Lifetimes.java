package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Fault.Refused;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** How long what is signed for a role counts. Those of publishers and operators are targets. */
public record Lifetimes(Duration root, Duration targets, Duration snapshot, Duration timestamp) {
  public static final Lifetimes DEFAULT =
      new Lifetimes(
          Duration.ofDays(365), Duration.ofDays(90), Duration.ofDays(14), Duration.ofDays(3));

  public Lifetimes {
    check("root", root);
    check("targets", targets);
    check("snapshot", snapshot);
    check("timestamp", timestamp);
  }

  private static void check(String role, Duration lifetime) {
    if (lifetime.compareTo(Duration.ofMinutes(1)) < 0
        || lifetime.compareTo(Duration.ofDays(3650)) > 0) {
      throw new IllegalArgumentException(
          "the lifetime of %s must be from 1m to 3650d".formatted(role));
    }
  }

  static Lifetimes read(String source, byte[] bytes) throws Refused {
    Document document = Document.json(source, bytes);
    document.number("formatVersion", 1, 1);
    Document each = document.object("lifetimes");
    Lifetimes lifetimes =
        new Lifetimes(
            each.value("root", Durations::parse),
            each.value("targets", Durations::parse),
            each.value("snapshot", Durations::parse),
            each.value("timestamp", Durations::parse));
    each.done();
    document.done();
    return lifetimes;
  }

  Duration of(RoleName role) {
    return switch (role.value()) {
      case "root" -> root;
      case "snapshot" -> snapshot;
      case "timestamp" -> timestamp;
      case String _ -> targets;
    };
  }

  String text() {
    Map<String, Object> each = new LinkedHashMap<>();
    each.put("root", Durations.text(root));
    each.put("targets", Durations.text(targets));
    each.put("snapshot", Durations.text(snapshot));
    each.put("timestamp", Durations.text(timestamp));
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("formatVersion", 1);
    tree.put("lifetimes", each);
    return Json.pretty(tree) + "\n";
  }
}
