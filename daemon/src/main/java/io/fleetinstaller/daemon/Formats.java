package io.fleetinstaller.daemon;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The formats of the state on disk. As long as the upgrade of the daemon itself is not confirmed,
 * it writes none that the one before could not read: who raises a format here reads both, and
 * writes the new one only once the daemon's own upgrade is confirmed.
 */
final class Formats {
  private static final SortedMap<String, Long> WRITTEN = written();

  private Formats() {}

  private static SortedMap<String, Long> written() {
    SortedMap<String, Long> formats = new TreeMap<>();
    formats.put("armed", 1L);
    formats.put("journal", 1L);
    formats.put("policy", 1L);
    formats.put("slot", 1L);
    formats.put("source", 1L);
    formats.put("trust", 1L);
    return formats;
  }

  /** What this daemon writes before its own upgrade is confirmed, by the name of the state. */
  static SortedMap<String, Long> now() {
    return new TreeMap<>(WRITTEN);
  }

  /** What of this a daemon like this one could not read, in words; none if it is empty. */
  static SortedMap<String, Long> unreadable(SortedMap<String, Long> others) {
    SortedMap<String, Long> unreadable = new TreeMap<>(others);
    unreadable
        .entrySet()
        .removeIf(one ->
            WRITTEN.containsKey(one.getKey()) && one.getValue() <= WRITTEN.get(one.getKey()));
    return unreadable;
  }
}
