package io.fleetinstaller.desired;

import io.fleetinstaller.io.Json;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** How documents are written: what says nothing is left out. */
final class Written {

  private Written() {}

  /** Indented, because people read what they sign; a newline at the end. */
  static byte[] bytes(Map<String, Object> tree) {
    return (Json.pretty(tree) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  static void put(Map<String, Object> tree, String key, Object value) {
    switch (value) {
      case Optional<?> optional -> optional.ifPresent(inner -> tree.put(key, inner));
      case Map<?, ?> map when map.isEmpty() -> {}
      case Collection<?> items when items.isEmpty() -> {}
      case String text when text.isEmpty() -> {}
      case Object said -> tree.put(key, said);
    }
  }

  /** Only where it is said: false is what everybody takes for granted. */
  static void flag(Map<String, Object> tree, String key, boolean on) {
    if (on) {
      tree.put(key, true);
    }
  }
}
