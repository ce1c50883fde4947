package io.fleetinstaller.desired;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The verified documents that this host reads, parsed. A bad one harms no package but its own.
 * Immutable.
 *
 * @param catalogs by channel and package
 * @param deployments by group and package
 * @param problems why a document counts for nothing, by its path
 */
public record RemoteConfig(
    SortedMap<String, Catalog> catalogs,
    SortedMap<String, Deployments> deployments,
    SortedMap<String, Reason> problems) {
  public static final RemoteConfig EMPTY =
      new RemoteConfig(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

  private static final Pattern PATH =
      Pattern.compile("(catalog|deployments)/([^/]+)/([^/]+)\\.json");

  public RemoteConfig {
    catalogs = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(catalogs));
    deployments = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(deployments));
    problems = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(problems));
  }

  /**
   * Parses what there is of these channels and groups; other documents are not looked at.
   *
   * @param documents verified bytes by target path, e.g. {@code catalog/stable/agent.json}
   */
  public static RemoteConfig of(
      SortedMap<String, byte[]> documents, Set<String> channels, Set<String> groups) {
    SortedMap<String, Catalog> catalogs = new TreeMap<>();
    SortedMap<String, Deployments> deployments = new TreeMap<>();
    SortedMap<String, Reason> problems = new TreeMap<>();
    for (Map.Entry<String, byte[]> entry : documents.entrySet()) {
      Matcher path = PATH.matcher(entry.getKey());
      boolean known = path.matches();
      try {
        if (known && path.group(1).equals("catalog") && channels.contains(path.group(2))) {
          catalogs.put(entry.getKey(), catalog(entry.getKey(), entry.getValue()));
        } else if (known && path.group(1).equals("deployments") && groups.contains(path.group(2))) {
          deployments.put(entry.getKey(), deployments(entry.getKey(), entry.getValue()));
        }
      } catch (Refused bad) {
        problems.put(entry.getKey(), bad.reason());
      }
    }
    return new RemoteConfig(catalogs, deployments, problems);
  }

  /**
   * The same without these documents.
   *
   * @param refused why they count for nothing, by path; what is no path of a document says nothing
   */
  public RemoteConfig without(SortedMap<String, Reason> refused) {
    if (refused.isEmpty()) {
      return this;
    }
    SortedMap<String, Catalog> stillCatalogs = new TreeMap<>(catalogs);
    SortedMap<String, Deployments> stillDeployments = new TreeMap<>(deployments);
    SortedMap<String, Reason> all = new TreeMap<>(problems);
    refused.forEach((path, why) -> {
      if (PATH.matcher(path).matches()) {
        stillCatalogs.remove(path);
        stillDeployments.remove(path);
        all.put(path, why);
      }
    });
    return new RemoteConfig(stillCatalogs, stillDeployments, all);
  }

  private static Catalog catalog(String path, byte[] bytes) throws Refused {
    Catalog catalog = Catalog.parse(path, bytes);
    refuseOthers(path, List.of(catalog.name()));
    return catalog;
  }

  private static Deployments deployments(String path, byte[] bytes) throws Refused {
    Deployments found = Deployments.parse(path, bytes);
    refuseOthers(path, found.all().stream().map(Deployment::name).toList());
    return found;
  }

  // A signer's delegation covers paths: what is inside must not reach beyond.
  private static void refuseOthers(String path, List<PackageName> names) throws Refused {
    String own = packageOf(path);
    for (PackageName name : names) {
      if (!name.value().equals(own)) {
        throw new Refused(
            ReasonCode.MALFORMED,
            "cannot accept %s: it speaks of package %s; a document may speak of the package in its path only"
                .formatted(path, name));
      }
    }
  }

  private static String packageOf(String path) {
    return path.substring(path.lastIndexOf('/') + 1, path.length() - ".json".length());
  }

  /** Every package that deployments are about, bad ones included. */
  public NavigableSet<PackageName> deployed() {
    NavigableSet<PackageName> names = new TreeSet<>();
    Stream.of(deployments.keySet(), problems.keySet())
        .flatMap(Set::stream)
        .filter(path -> path.startsWith("deployments/"))
        .flatMap(path -> name(path).stream())
        .forEach(names::add);
    return names;
  }

  /** The releases of a package that go by this version: more than one only across channels. */
  public Set<Release> find(PackageName name, Version version) {
    return catalogs(name)
        .flatMap(catalog -> catalog.find(version).map(catalog::release).stream())
        .collect(Collectors.toSet());
  }

  /** What the catalogs say of a digest; empty: none vouches for it. */
  public Optional<Catalog.Entry> find(PackageName name, Digest digest) {
    return catalogs(name).flatMap(catalog -> catalog.find(digest).stream()).findFirst();
  }

  /** Whether any catalog vouches for exactly this. */
  public boolean vouchesFor(Release release) {
    return catalogs(release.name())
        .flatMap(catalog -> catalog.find(release.digest()).stream())
        .anyMatch(entry -> entry.version().equals(release.version()));
  }

  private Stream<Catalog> catalogs(PackageName name) {
    return catalogs.values().stream().filter(catalog -> catalog.name().equals(name));
  }

  Optional<Catalog> catalog(String channel, PackageName name) {
    return Optional.ofNullable(catalogs.get(Catalog.path(channel, name)));
  }

  List<Deployment> deployments(PackageName name) {
    return deployments.values().stream()
        .flatMap(document -> document.all().stream())
        .filter(deployment -> deployment.name().equals(name))
        .toList();
  }

  /** Why documents of a package count for nothing: catalogs, or deployments. */
  public List<Reason> problems(String kind, PackageName name) {
    return problems.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(kind + "/"))
        .filter(entry -> packageOf(entry.getKey()).equals(name.value()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static Optional<PackageName> name(String path) {
    try {
      return Optional.of(new PackageName(packageOf(path)));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
