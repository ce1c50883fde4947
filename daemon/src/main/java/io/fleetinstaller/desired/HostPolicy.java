package io.fleetinstaller.desired;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The section {@code policy} of installer.yaml: what this host's owner allows. Nothing remote
 * outranks it. Immutable.
 *
 * @param remoteUpdates empty: it does not say, see {@link RemoteUpdates#decide}
 * @param allow only these packages; empty: all
 * @param deny not these, whatever {@code allow} says
 * @param window when anything may begin on this host
 */
public record HostPolicy(
    Optional<Boolean> remoteUpdates,
    Optional<List<Glob>> allow,
    List<Glob> deny,
    Optional<Window> window,
    Map<PackageName, Rules> packages) {
  private static final int MOST = 1000;
  private static final int REASON = 200;

  /** Allows everything. */
  public static final HostPolicy NONE =
      new HostPolicy(Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Map.of());

  public HostPolicy {
    allow = allow.map(List::copyOf);
    deny = List.copyOf(deny);
    packages = Map.copyOf(packages);
  }

  /**
   * What the owner allows of one package.
   *
   * @param range the versions that may run
   * @param pin the only release that may run
   * @param hold why nothing may change; empty: it may
   * @param window beside the host's own: both must be open
   * @param allowDowngrade false: not even a signed downgrade
   * @param manualOnly only a person on this host may change it
   */
  public record Rules(
      Optional<Range> range,
      Optional<Pinned> pin,
      Optional<String> hold,
      Optional<Window> window,
      boolean allowDowngrade,
      boolean manualOnly) {
    public static final Rules NONE =
        new Rules(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), true, false);
  }

  /** One release, by its version or by its digest. */
  public sealed interface Pinned {
    static Pinned parse(String text) {
      return text.startsWith("sha256:")
          ? new ByDigest(Digest.parse(text))
          : new ByVersion(new Version(text));
    }

    default boolean is(Release release) {
      return switch (this) {
        case ByVersion(Version version) -> release.version().equals(version);
        case ByDigest(Digest digest) -> release.digest().equals(digest);
      };
    }
  }

  /** By version: for people. */
  public record ByVersion(Version version) implements Pinned {
    @Override
    public String toString() {
      return version.value();
    }
  }

  /** By digest: for ever the same bytes. */
  public record ByDigest(Digest digest) implements Pinned {
    @Override
    public String toString() {
      return digest.toString();
    }
  }

  /** Reads the section. */
  public static HostPolicy of(Document document) throws Refused {
    Optional<Boolean> remote =
        document.has("remoteUpdates")
            ? Optional.of(document.flag("remoteUpdates", false))
            : Optional.empty();
    // An empty list of what is allowed allows nothing; that is a way to say so.
    Optional<List<Glob>> allow =
        document.has("allow") ? Optional.of(globs(document, "allow")) : Optional.empty();
    List<Glob> deny = globs(document, "deny");
    Optional<Window> window = window(document);
    SortedMap<PackageName, Rules> packages = new TreeMap<>();
    Optional<Document> section = document.optionalObject("packages");
    if (section.isPresent()) {
      packages.putAll(packages(section.get()));
    }
    document.done();
    return new HostPolicy(remote, allow, deny, window, packages);
  }

  private static List<Glob> globs(Document document, String key) throws Refused {
    return document.texts(key).isEmpty()
        ? List.of()
        : Wording.several(document, key, MOST, Glob::new);
  }

  private static Optional<Window> window(Document document) throws Refused {
    Optional<Document> window = document.optionalObject("window");
    return window.isPresent() ? Optional.of(Window.of(window.get())) : Optional.empty();
  }

  private static SortedMap<PackageName, Rules> packages(Document section) throws Refused {
    SortedMap<PackageName, Rules> packages = new TreeMap<>();
    for (String key : section.keys()) {
      try {
        packages.put(new PackageName(key), rules(section.object(key)));
      } catch (IllegalArgumentException e) {
        throw section.refuse(key, String.valueOf(e.getMessage()));
      }
    }
    return packages;
  }

  private static Rules rules(Document document) throws Refused {
    Rules rules =
        new Rules(
            document.optionalValue("range", Range::parse),
            document.optionalValue("pin", Pinned::parse),
            hold(document),
            window(document),
            document.flag("allowDowngrade", true),
            document.flag("manualOnly", false));
    document.done();
    return rules;
  }

  /** True, or the reason in words. */
  private static Optional<String> hold(Document document) throws Refused {
    if (document.tree().get("hold") instanceof Boolean) {
      return document.flag("hold", false) ? Optional.of("") : Optional.empty();
    }
    return document.optionalValue("hold", Wording.someLine(REASON));
  }

  Rules rules(PackageName name) {
    return packages.getOrDefault(name, Rules.NONE);
  }
}
