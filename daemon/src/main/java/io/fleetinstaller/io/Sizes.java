package io.fleetinstaller.io;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them in settings: 4096, 10KiB, 512MiB, 2GiB. */
public final class Sizes {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(B|KiB|MiB|GiB)?");

  private Sizes() {}

  /** Reads one, in bytes; an {@link IllegalArgumentException} says what is allowed. */
  public static long parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a size; write it as 4096, 10KiB, 512MiB or 2GiB".formatted(text));
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "KiB" -> amount << 10;
      case "MiB" -> amount << 20;
      case "GiB" -> amount << 30;
      case null, default -> amount;
    };
  }

  /** Writes one for people, with one decimal where it helps: 640 B, 12.5 MiB. */
  public static String text(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    double amount = bytes;
    int unit = -1;
    while (amount >= 1024 && unit < units.length - 1) {
      amount /= 1024;
      unit++;
    }
    long tenths = Math.round(amount * 10);
    return tenths / 10 + "." + tenths % 10 + " " + units[unit];
  }
}
