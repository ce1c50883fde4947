package io.fleetinstaller.trust;

import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.StrictJson;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** One whole set of roles' files as the bytes of one file, so that it is replaced at once. */
final class AcceptedFormat {
  private static final String WHAT = "accepted.json";

  private AcceptedFormat() {}

  static byte[] bytes(SortedMap<String, byte[]> roles) {
    Map<String, Object> encoded = new TreeMap<>();
    roles.forEach((role, raw) -> encoded.put(role, Base64.getEncoder().encodeToString(raw)));
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("formatVersion", 1);
    all.put("roles", encoded);
    return Json.bytes(all);
  }

  static SortedMap<String, byte[]> read(byte[] bytes) throws Untrusted {
    try {
      Fields all = Fields.of(WHAT, StrictJson.read(bytes));
      if (all.whole("formatVersion", 1) != 1) {
        throw all.malformed("its formatVersion is not 1");
      }
      Fields encoded = all.object("roles");
      SortedMap<String, byte[]> roles = new TreeMap<>();
      for (String role : encoded.object().members().keySet()) {
        roles.put(role, Base64.getDecoder().decode(encoded.text(role)));
      }
      return roles;
    } catch (StrictJson.NotStrict | IllegalArgumentException e) {
      throw new Untrusted(new Refusal.Malformed(WHAT, String.valueOf(e.getMessage())));
    }
  }
}
