package io.fleetinstaller.release;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of what is managed, e.g. {@code node-exporter}. It is also a folder name on every
 * platform.
 */
public record PackageName(String value) implements Comparable<PackageName> {
  // What ends so is state that was damaged and set aside.
  private static final Pattern LEGAL =
      Pattern.compile("(?!.*\\.corrupt$)[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?");

  /** The package that this program itself comes in. */
  public static final PackageName INSTALLER = new PackageName("fleet-installer");

  public PackageName {
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a package name; use 1 to 63 of a-z 0-9 . _ - and begin and end with a letter or digit, but not with .corrupt"
              .formatted(value));
    }
  }

  /** The package of this name; empty if it cannot be one's. */
  public static Optional<PackageName> of(String text) {
    return LEGAL.matcher(text).matches() ? Optional.of(new PackageName(text)) : Optional.empty();
  }

  @Override
  public int compareTo(PackageName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
