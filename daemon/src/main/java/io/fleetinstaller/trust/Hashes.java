package io.fleetinstaller.trust;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The hashes that somebody signed for: each one that this host knows must be right. */
final class Hashes {
  private static final Map<String, String> KNOWN = Map.of("sha256", "SHA-256", "sha512", "SHA-512");

  private Hashes() {}

  /** Reads an object of hex digits by algorithm; at least one algorithm must be known. */
  static SortedMap<String, String> of(Fields hashes) throws Untrusted {
    SortedMap<String, String> known = new TreeMap<>();
    for (String algorithm : hashes.object().members().keySet()) {
      String hash = hashes.text(algorithm).toLowerCase(Locale.ROOT);
      if (KNOWN.containsKey(algorithm)) {
        known.put(algorithm, hash);
      }
    }
    if (known.isEmpty()) {
      throw hashes.malformed("no hash of a known algorithm is given");
    }
    return Collections.unmodifiableSortedMap(known);
  }

  static void demand(String what, SortedMap<String, String> hashes, byte[] bytes) throws Untrusted {
    for (Map.Entry<String, String> each : hashes.entrySet()) {
      String found = hex(each.getKey(), bytes);
      if (!found.equals(each.getValue())) {
        throw new Untrusted(new Refusal.HashMismatch(what, each.getKey(), each.getValue(), found));
      }
    }
  }

  static void demandLength(String what, long length, byte[] bytes) throws Untrusted {
    if (bytes.length != length) {
      throw new Untrusted(new Refusal.LengthMismatch(what, length, bytes.length));
    }
  }

  static String hex(String algorithm, byte[] bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance(KNOWN.getOrDefault(algorithm, algorithm));
      return HexFormat.of().formatHex(digest.digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-2", e);
    }
  }
}
