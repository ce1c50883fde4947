package io.fleetinstaller.diagnose;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.Redactor;
import io.fleetinstaller.release.Fault.Refused;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of whole files. It is stricter than {@link Redactor}: what leaves the host is
 * read by strangers, and a word too few does less harm than one too many.
 */
final class Scrubber {
  private static final int LARGEST_DOCUMENT = 8 << 20;

  private Scrubber() {}

  static String scrub(String name, String text) {
    if (name.endsWith(".json")) {
      try {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Document document = Document.json(name, bytes, LARGEST_DOCUMENT);
        return Json.pretty(tree(document.tree())) + "\n";
      } catch (Refused damaged) {
        return new Lines().clean(text);
      }
    }
    return new Lines().clean(text);
  }

  /** Evidence is lines that follow one another. */
  private static List<String> lines(List<String> items) {
    Lines lines = new Lines();
    return items.isEmpty() ? items : List.of(lines.clean(String.join("\n", items)).split("\n", -1));
  }

  private static @Nullable Object tree(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> clean = new LinkedHashMap<>();
        map.forEach((key, inner) -> {
          String name = String.valueOf(key);
          clean.put(Secrets.hide(name), Secrets.isKey(name) ? Secrets.MARK : tree(inner));
        });
        yield clean;
      }
      case List<?> items when items.stream().allMatch(String.class::isInstance) ->
          lines(items.stream().map(String::valueOf).toList());
      case List<?> items -> items.stream().map(Scrubber::tree).toList();
      case String text -> new Lines().clean(text);
      case Object other -> other;
    };
  }
}
