package io.fleetinstaller.packages;

import io.fleetinstaller.io.TarEntry;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who shall own what in a package: root, but for what is listed by path in the package. A folder's
 * owner counts for all below it that is not listed itself.
 */
public record Ownership(Map<String, TarEntry.Owner> byPath) {
  public static final Ownership ROOT = new Ownership(Map.of());
  private static final Pattern FORM =
      Pattern.compile(
          "(?<user>[a-z_][a-z0-9_-]*|[0-9]{1,9})(?::(?<group>[a-z_][a-z0-9_-]*|[0-9]{1,9}))?");

  public Ownership {
    byPath = Map.copyOf(byPath);
  }

  /**
   * Reads paths and {@code user[:group]}; an {@link IllegalArgumentException} says what is wrong.
   */
  public static Ownership parse(Map<String, String> owners) {
    Map<String, TarEntry.Owner> byPath = new TreeMap<>();
    owners.forEach((path, owner) -> byPath.put(path.replaceFirst("/$", ""), owner(owner)));
    return new Ownership(byPath);
  }

  private static TarEntry.Owner owner(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is not an owner; write user, user:group or 1000:1000".formatted(text));
    }
    String user = matcher.group("user");
    String group = matcher.group("group") == null ? user : matcher.group("group");
    return new TarEntry.Owner(id(user), id(group), name(user), name(group));
  }

  // Where the name is unknown, root owns it: nobody else gets at it by accident.
  private static long id(String text) {
    return Character.isDigit(text.charAt(0)) ? Long.parseLong(text) : 0;
  }

  private static String name(String text) {
    return Character.isDigit(text.charAt(0)) ? "" : text;
  }

  /** Who owns the entry of this path. */
  TarEntry.Owner of(String path) {
    for (String at = path; !at.isEmpty(); at = at.substring(0, Math.max(0, at.lastIndexOf('/')))) {
      TarEntry.Owner owner = byPath.get(at);
      if (owner != null) {
        return owner;
      }
    }
    return TarEntry.Owner.ROOT;
  }
}
