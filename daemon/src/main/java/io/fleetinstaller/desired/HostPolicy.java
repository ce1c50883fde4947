package io.fleetinstaller.desired;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

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

  /**
   * Why nobody, not even a person with a manual verb, may bring a package to this release.
   *
   * @param target empty: to remove it
   */
  public Optional<Reason> forbids(PackageName name, Optional<Release> target) {
    Rules rules = rules(name);
    if (denied(name)) {
      return because(ReasonCode.DENIED, "does not allow %s on this host".formatted(name));
    }
    if (rules.pin().isPresent() && !target.filter(rules.pin().get()::is).isPresent()) {
      return because(ReasonCode.PINNED, "pins %s to %s".formatted(name, rules.pin().get()));
    }
    return rules
        .range()
        .filter(range -> target.filter(to -> !range.contains(to.version())).isPresent())
        .flatMap(
            range -> because(ReasonCode.OUT_OF_RANGE, "allows only %s %s".formatted(name, range)));
  }

  boolean denied(PackageName name) {
    return deny.stream().anyMatch(glob -> glob.matches(name.value()))
        || (allow.isPresent() && allow.get().stream().noneMatch(g -> g.matches(name.value())));
  }

  /** What stands against a change now that a manual verb may pass, to be told when it does. */
  public List<Reason> passed(PackageName name, Instant now) {
    List<Window> closed = windows(name).stream().filter(one -> !one.openAt(now)).toList();
    Stream<Reason> windows =
        closed.stream()
            .map(window ->
                new Reason(
                    ReasonCode.WINDOW,
                    "installer.yaml lets %s change only %s".formatted(name, window)));
    return Stream.concat(resists(name).stream(), windows).toList();
  }

  /** Why nothing but a manual verb may change a package. */
  Optional<Reason> resists(PackageName name) {
    Rules rules = rules(name);
    if (rules.hold().isPresent()) {
      String why = rules.hold().get().isEmpty() ? "" : " (" + rules.hold().get() + ")";
      return because(ReasonCode.HELD, "holds %s%s".formatted(name, why));
    }
    return rules.manualOnly()
        ? because(ReasonCode.MANUAL_ONLY, "lets only a person change %s".formatted(name))
        : Optional.empty();
  }

  private static Optional<Reason> because(ReasonCode code, String what) {
    return Optional.of(
        new Reason(
            code, "installer.yaml %s; change its section policy if it should".formatted(what)));
  }

  /** The windows that must all be open. */
  List<Window> windows(PackageName name) {
    return Stream.of(window, rules(name).window()).flatMap(Optional::stream).toList();
  }

  /**
   * A wish that comes from this host and not from signed config, e.g. a desired file, under this
   * policy. Whether remote updates are on does not matter to it.
   */
  public Desired rule(Desired asked, Instant now) {
    PackageName name = asked.name();
    if (asked.want() instanceof Desired.Leave) {
      return asked;
    }
    Optional<Reason> stop = forbids(name, asked.want().release()).or(() -> resists(name));
    return stop.map(why -> later(asked, why, Optional.empty()))
        .or(() ->
            Opening.of(windows(name), now)
                .map(wait -> later(asked, wait.reason(asked.origin().by()), wait.at())))
        .orElse(asked);
  }

  private static Desired later(Desired asked, Reason why, Optional<Instant> until) {
    return new Desired(asked.name(), new Desired.Later(asked.want(), why, until), asked.origin());
  }
}
