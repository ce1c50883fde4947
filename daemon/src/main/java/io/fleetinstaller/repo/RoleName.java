package io.fleetinstaller.repo;

import java.util.List;
import java.util.regex.Pattern;

/** The name of a role; it is also a file name, and plain ASCII so that all clients agree on it. */
public record RoleName(String value) implements Comparable<RoleName> {
  // Before the names, which are checked as they are made.
  private static final Pattern LEGAL = Pattern.compile("[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?");

  public static final RoleName ROOT = new RoleName("root");
  public static final RoleName TARGETS = new RoleName("targets");
  public static final RoleName SNAPSHOT = new RoleName("snapshot");
  public static final RoleName TIMESTAMP = new RoleName("timestamp");

  /** The four that every repository has, in the order in which they vouch for each other. */
  public static final List<RoleName> TOP = List.of(ROOT, TARGETS, SNAPSHOT, TIMESTAMP);

  public RoleName {
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a role's name; use 1 to 63 of a-z 0-9 - and begin with a letter"
              .formatted(value));
    }
  }

  /** True for roles of publishers and operators. */
  public boolean delegated() {
    return !TOP.contains(this);
  }

  String file() {
    return value + ".json";
  }

  String file(long version) {
    return version + "." + file();
  }

  @Override
  public int compareTo(RoleName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
