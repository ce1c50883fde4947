package io.fleetinstaller.desired;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which releases of one package a channel has, newest version first. The publishers' document: its
 * JSON Schema is schema/catalog.schema.json. Immutable.
 */
public record Catalog(PackageName name, List<Entry> releases) {
  static final int FORMAT = 1;
  private static final int MOST_RELEASES = 1000;
  private static final int MOST_PLATFORMS = 32;
  private static final int NOTES = 2000;
  private static final long LARGEST_MANIFEST = 64L << 20;

  /** Sorts the releases; a version or digest that is there twice is refused. */
  public Catalog {
    releases = releases.stream().sorted(Comparator.comparing(Entry::version).reversed()).toList();
    refuseTwice(releases.stream().map(Entry::version).toList());
    refuseTwice(releases.stream().map(Entry::digest).toList());
    if (releases.size() > MOST_RELEASES) {
      throw new IllegalArgumentException(
          "%d releases are more than %d".formatted(releases.size(), MOST_RELEASES));
    }
  }

  /**
   * One release that publishers vouch for.
   *
   * @param digest of the top document, the identity of the release
   * @param published when it came into the channel: the waves of a rollout that follows count from
   *     here
   * @param notes one line for people; may be empty
   * @param platforms what it runs on, at least one
   * @param pointOfNoReturn older releases cannot read its data
   */
  public record Entry(
      Version version,
      Digest digest,
      Instant published,
      String notes,
      List<Manifest> platforms,
      boolean pointOfNoReturn) {

    /** One whose data older releases can read. */
    public Entry(
        Version version, Digest digest, Instant published, String notes, List<Manifest> platforms) {
      this(version, digest, published, notes, platforms, false);
    }

    public Entry {
      platforms = List.copyOf(platforms);
      Wording.refuseMore(notes, NOTES);
      refuseTwice(platforms.stream().map(Manifest::platform).toList());
      if (platforms.isEmpty() || platforms.size() > MOST_PLATFORMS) {
        throw new IllegalArgumentException(
            "a release has 1 to %d platforms, not %d".formatted(MOST_PLATFORMS, platforms.size()));
      }
    }

    public boolean runsOn(Platform platform) {
      return platforms.stream().anyMatch(manifest -> manifest.platform().equals(platform));
    }
  }

  /**
   * The OCI manifest of a release for one platform.
   *
   * @param size of the manifest itself, in bytes
   */
  public record Manifest(Platform platform, Digest digest, long size) {
    public Manifest {
      if (size < 1 || size > LARGEST_MANIFEST) {
        throw new IllegalArgumentException(
            "a manifest of %d bytes is not possible".formatted(size));
      }
    }
  }

  /** Where the catalog of a package lies in the repository's targets. */
  public static String path(String channel, PackageName name) {
    return "catalog/" + Wording.folder(channel) + "/" + name + ".json";
  }

  public static Catalog empty(PackageName name) {
    return new Catalog(name, List.of());
  }

  /** Reads one of at most 1 MiB; refuses with the place of what is wrong. */
  public static Catalog parse(String source, byte[] bytes) throws Refused {
    Document document = Document.json(source, bytes);
    Wording.noNulls(document);
    document.number("formatVersion", FORMAT, FORMAT);
    PackageName name = document.value("package", PackageName::new);
    if (!document.has("releases")) {
      throw document.refuse("releases", "it is missing");
    }
    List<Entry> releases = new ArrayList<>();
    for (Document one : document.objects("releases")) {
      releases.add(entry(one));
    }
    document.done();
    try {
      return new Catalog(name, releases);
    } catch (IllegalArgumentException e) {
      throw document.refuse("releases", String.valueOf(e.getMessage()));
    }
  }

  private static Entry entry(Document document) throws Refused {
    Version version = document.value("version", Version::new);
    Digest digest = document.value("digest", Digest::parse);
    Instant published = document.value("published", Wording::instant);
    String notes = document.optionalValue("notes", Wording.line(NOTES)).orElse("");
    List<Manifest> platforms = new ArrayList<>();
    for (Document one : document.objects("platforms")) {
      platforms.add(manifest(one));
    }
    boolean pointOfNoReturn = document.flag("pointOfNoReturn", false);
    document.done();
    try {
      return new Entry(version, digest, published, notes, platforms, pointOfNoReturn);
    } catch (IllegalArgumentException e) {
      throw document.refuse("platforms", String.valueOf(e.getMessage()));
    }
  }

  private static Manifest manifest(Document document) throws Refused {
    Platform platform =
        new Platform(
            document.value("os", Selection::word), document.value("architecture", Selection::word));
    Digest digest = document.value("digest", Digest::parse);
    long size = document.number("size", 1, LARGEST_MANIFEST);
    document.done();
    return new Manifest(platform, digest, size);
  }

  private static void refuseTwice(List<?> values) {
    Set<Object> seen = new HashSet<>();
    for (Object value : values) {
      if (!seen.add(value)) {
        throw new IllegalArgumentException("%s is there twice; keep one".formatted(value));
      }
    }
  }

  public Optional<Entry> find(Digest digest) {
    return releases.stream().filter(entry -> entry.digest().equals(digest)).findFirst();
  }

  public Optional<Entry> find(Version version) {
    return releases.stream().filter(entry -> entry.version().equals(version)).findFirst();
  }

  public Release release(Entry entry) {
    return new Release(name, entry.version(), entry.digest());
  }

  /**
   * With one more release; an {@link IllegalArgumentException} if its version or digest is there.
   */
  public Catalog with(Entry entry) {
    return new Catalog(name, Stream.concat(releases.stream(), Stream.of(entry)).toList());
  }

  /** Without this release, which is then no longer vouched for. */
  public Catalog without(Digest digest) {
    return new Catalog(
        name, releases.stream().filter(entry -> !entry.digest().equals(digest)).toList());
  }

  /** The document, readable by people and by {@link #parse}. */
  public byte[] bytes() {
    return Written.bytes(tree());
  }

  /** The document as a tree for {@link Json}. */
  public Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("formatVersion", FORMAT);
    tree.put("package", name);
    tree.put("releases", releases.stream().map(Catalog::tree).toList());
    return tree;
  }

  private static Map<String, Object> tree(Entry entry) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("version", entry.version());
    tree.put("digest", entry.digest());
    tree.put("published", entry.published());
    Written.put(tree, "notes", entry.notes());
    tree.put("platforms", entry.platforms().stream().map(Catalog::tree).toList());
    if (entry.pointOfNoReturn()) {
      tree.put("pointOfNoReturn", true);
    }
    return tree;
  }

  private static Map<String, Object> tree(Manifest manifest) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("os", manifest.platform().os());
    tree.put("architecture", manifest.platform().architecture());
    tree.put("digest", manifest.digest());
    tree.put("size", manifest.size());
    return tree;
  }
}
