package io.fleetinstaller.source;

import io.fleetinstaller.http.Connections;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where signed config comes from and what of it this host reads.
 *
 * @param mirrors tried in this order: {@code https://host/path}, {@code http://} on loopback only,
 *     {@code file:/folder}, or {@code bundle:/file}
 * @param root the trust root, a file of this host's administrator
 * @param channels whose catalogs are read
 * @param groups whose deployments are read
 */
public record SourceSettings(
    List<String> mirrors,
    Path root,
    SortedSet<String> channels,
    SortedSet<String> groups,
    Rhythm rhythm,
    Connections connections) {

  public static final Path DEFAULT_ROOT = Path.of("/etc/fleet-installer/trust/root.json");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /** An {@link IllegalArgumentException} says what is wrong. */
  public SourceSettings {
    mirrors = List.copyOf(mirrors);
    channels = named(channels);
    groups = named(groups);
    if (mirrors.isEmpty()) {
      throw new IllegalArgumentException("name one address at least");
    }
    mirrors.forEach(MirrorAddress::parse);
  }

  /** This one repository, everything else as it is by default. */
  public static SourceSettings of(String mirror, Set<String> channels, Set<String> groups) {
    return new SourceSettings(
        List.of(mirror),
        DEFAULT_ROOT,
        new TreeSet<>(channels),
        new TreeSet<>(groups),
        Rhythm.DEFAULT,
        Connections.DEFAULT);
  }

  /** Where documents for this host are, each ending in a slash. */
  List<String> folders() {
    return Stream.concat(
            channels.stream().map(name -> "catalog/" + name + "/"),
            groups.stream().map(name -> "deployments/" + name + "/"))
        .toList();
  }

  // Names become parts of paths.
  private static SortedSet<String> named(SortedSet<String> names) {
    for (String name : names) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "'%s' is not a name of letters, digits, dots, dashes and underscores".formatted(name));
      }
    }
    return new TreeSet<>(names);
  }
}
