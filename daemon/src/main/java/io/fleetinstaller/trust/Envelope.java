package io.fleetinstaller.trust;

import io.fleetinstaller.io.StrictJson;
import io.fleetinstaller.io.Tree;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** A role's file as it was served: what was signed, and the signatures, none of them checked. */
final class Envelope {
  private static final Pattern SPECIFICATION = Pattern.compile("1\\.[0-9]+(\\.[0-9]+)?");
  private static final DateTimeFormatter EXPIRES =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private final String role;
  private final byte[] raw;
  private final Fields signed;
  private final Map<String, byte[]> signatures;

  private Envelope(String role, byte[] raw, Fields signed, Map<String, byte[]> signatures) {
    this.role = role;
    this.raw = raw;
    this.signed = signed;
    this.signatures = signatures;
  }

  static Envelope open(String role, byte[] bytes, int mostBytes) throws Untrusted {
    if (bytes.length > mostBytes) {
      throw new Untrusted(new Refusal.TooMuch(role, bytes.length, mostBytes));
    }
    Fields outer = Fields.of(role, tree(role, bytes));
    Map<String, byte[]> signatures = new LinkedHashMap<>();
    for (Fields each : outer.listOfObjects("signatures")) {
      if (signatures.put(each.text("keyid"), hex(each.text("sig"))) != null) {
        throw outer.malformed("it is signed twice under key id %s".formatted(each.text("keyid")));
      }
    }
    return new Envelope(role, bytes, outer.object("signed"), signatures);
  }

  String role() {
    return role;
  }

  /** The bytes as they were served; not to be changed. */
  byte[] raw() {
    return raw;
  }

  Fields signed() {
    return signed;
  }

  /** By key id. */
  Map<String, byte[]> signatures() {
    return signatures;
  }

  byte[] canonical() {
    return CanonicalJson.encode(signed.object());
  }

  /** What all roles have in common. */
  Header header(String type) throws Untrusted {
    if (!signed.text("_type").equals(type)) {
      throw signed.malformed("its _type is %s, not %s".formatted(signed.text("_type"), type));
    }
    if (!SPECIFICATION.matcher(signed.text("spec_version")).matches()) {
      throw signed.malformed(
          "its spec_version is %s, not 1.0".formatted(signed.text("spec_version")));
    }
    return new Header(signed.whole("version", 1), instant(signed.text("expires")));
  }

  record Header(long version, Instant expires) {}

  private Instant instant(String text) throws Untrusted {
    try {
      if (text.length() == "0000-00-00T00:00:00Z".length()) {
        return LocalDateTime.parse(text, EXPIRES).toInstant(ZoneOffset.UTC);
      }
    } catch (DateTimeException e) {
      // Said below, with the text.
    }
    throw signed.malformed("expires is %s, not a time as 2030-01-31T00:00:00Z".formatted(text));
  }

  private static Tree tree(String role, byte[] bytes) throws Untrusted {
    try {
      return StrictJson.read(bytes);
    } catch (StrictJson.NotStrict e) {
      throw new Untrusted(new Refusal.Malformed(role, String.valueOf(e.getMessage())));
    }
  }

  /** What is no hex is no signature of any key, which is the threshold's business. */
  private static byte[] hex(String text) {
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }
}
