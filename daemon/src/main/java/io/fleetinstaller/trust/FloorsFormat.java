package io.fleetinstaller.trust;

import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.StrictJson;
import io.fleetinstaller.io.Tree;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The floors as bytes on disk. */
final class FloorsFormat {
  private static final String WHAT = "floors.json";

  private FloorsFormat() {}

  static byte[] bytes(Floors floors) {
    Map<String, Object> marks = new TreeMap<>();
    floors.marks().forEach((role, mark) -> marks.put(role, mark(mark)));
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("formatVersion", 1);
    all.put("anchor", floors.anchor());
    all.put("root", floors.root());
    all.put("provenTime", floors.proven());
    all.put("marks", marks);
    return Json.bytes(all);
  }

  static Floors read(byte[] bytes) throws Untrusted {
    try {
      Fields all = Fields.of(WHAT, StrictJson.read(bytes));
      if (all.whole("formatVersion", 1) != 1) {
        throw all.malformed("its formatVersion is not 1");
      }
      SortedMap<String, Floors.Mark> marks = new TreeMap<>();
      for (Map.Entry<String, Fields> each : all.objects("marks").entrySet()) {
        if (!Root.isTop(each.getKey())) {
          throw all.malformed("it has a mark of %s".formatted(each.getKey()));
        }
        marks.put(each.getKey(), mark(each.getValue()));
      }
      Instant proven = Instant.parse(all.text("provenTime"));
      return new Floors(marks, proven, all.text("anchor"), all.whole("root", 0));
    } catch (StrictJson.NotStrict | DateTimeException e) {
      throw new Untrusted(new Refusal.Malformed(WHAT, String.valueOf(e.getMessage())));
    }
  }

  private static Map<String, Object> mark(Floors.Mark mark) {
    return Map.of("versions", mark.versions(), "keys", mark.keys(), "threshold", mark.threshold());
  }

  private static Floors.Mark mark(Fields mark) throws Untrusted {
    TreeMap<String, Long> versions = new TreeMap<>();
    Fields object = mark.object("versions");
    for (Map.Entry<String, Tree> each : object.object().members().entrySet()) {
      versions.put(each.getKey(), object.whole(each.getKey(), 1));
    }
    return new Floors.Mark(versions, new TreeSet<>(mark.texts("keys")), mark.whole("threshold", 1));
  }
}
