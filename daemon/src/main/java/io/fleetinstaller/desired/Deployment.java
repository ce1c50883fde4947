package io.fleetinstaller.desired;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One operator's wish: which hosts should run which release of a package, from when, how fast.
 * Immutable.
 *
 * @param id names it for people and, with the host's id, decides who is in which wave
 * @param priority the highest one that is for a host wins there
 * @param window when it may begin; empty: any time
 * @param stableFor how long a candidate must be well at least; zero: what the release demands
 * @param allowDowngrade whether hosts that run a newer version go back to this one
 * @param paused nothing new begins
 * @param notAfter from then on it counts for nothing
 * @param installer the versions of this program that may follow it
 * @param after packages that come first where this one is installed for the first time
 * @param by who asks for it
 * @param note why, one line; may be empty
 */
public record Deployment(
    String id,
    PackageName name,
    Goal goal,
    int priority,
    Selection select,
    Rollout rollout,
    Optional<Window> window,
    Duration stableFor,
    boolean allowDowngrade,
    boolean paused,
    Optional<Instant> notAfter,
    Optional<Range> installer,
    List<PackageName> after,
    String by,
    String note) {
  private static final int BY = 200;
  private static final int NOTE = 1000;
  private static final int MOST_AFTER = 32;
  private static final int MOST_PRIORITY = 1_000_000;
  private static final Duration LONGEST_TRIAL = Duration.ofDays(1);

  public Deployment {
    after = List.copyOf(after);
    Wording.id(id);
    Wording.refuseEmpty(by);
    Wording.refuseMore(by, BY);
    Wording.refuseMore(note, NOTE);
    if (Math.abs(priority) > MOST_PRIORITY) {
      throw new IllegalArgumentException("priority %d is too far from 0".formatted(priority));
    }
    if (stableFor.isNegative() || stableFor.compareTo(LONGEST_TRIAL) > 0) {
      throw new IllegalArgumentException("stableFor must be at most 1d");
    }
    if (!(goal instanceof Follow) && !rollout.waves().isEmpty() && rollout.start().isEmpty()) {
      throw new IllegalArgumentException("waves need a start to count from");
    }
    if (after.contains(name)) {
      throw new IllegalArgumentException("%s cannot come after itself".formatted(name));
    }
  }

  /** What shall be on the hosts. */
  public sealed interface Goal {}

  /** Exactly this release. */
  public record Exactly(Version version, Digest digest) implements Goal {}

  /** The newest release of a channel within a range; each one from when it is published. */
  public record Follow(String channel, Optional<Range> range) implements Goal {
    public Follow {
      Wording.folder(channel);
    }
  }

  /** The package shall not be there. */
  public record Absent() implements Goal {}

  /** Reads one object, of JSON or YAML; refuses with the place of what is wrong. */
  public static Deployment of(Document document) throws Refused {
    Optional<Document> gate = document.optionalObject("gate");
    Optional<Document> requires = document.optionalObject("requires");
    Optional<Document> select = document.optionalObject("select");
    Optional<Document> rollout = document.optionalObject("rollout");
    Optional<Document> window = document.optionalObject("window");
    try {
      Deployment found =
          new Deployment(
              document.value("id", Wording::id),
              document.value("package", PackageName::new),
              goal(document),
              (int) document.optionalNumber("priority", -MOST_PRIORITY, MOST_PRIORITY).orElse(0),
              select.isPresent() ? Selection.of(select.get()) : Selection.ALL,
              rollout.isPresent() ? Rollout.of(rollout.get()) : Rollout.AT_ONCE,
              window.isPresent() ? Optional.of(Window.of(window.get())) : Optional.empty(),
              gate.isPresent() ? stableFor(gate.get()) : Duration.ZERO,
              document.flag("allowDowngrade", false),
              document.flag("paused", false),
              document.optionalValue("notAfter", Wording::instant),
              requires.isPresent() ? installer(requires.get()) : Optional.empty(),
              Wording.several(document, "after", MOST_AFTER, PackageName::new),
              document.value("by", Wording.someLine(BY)),
              document.optionalValue("note", Wording.line(NOTE)).orElse(""));
      document.done();
      return found;
    } catch (IllegalArgumentException e) {
      throw document.refuse("id", String.valueOf(e.getMessage()));
    }
  }

  private static Goal goal(Document document) throws Refused {
    String ensure = document.optionalText("ensure").orElse("present");
    Optional<Version> version = document.optionalValue("version", Version::new);
    Optional<Digest> digest = document.optionalValue("digest", Digest::parse);
    Optional<Document> follow = document.optionalObject("follow");
    boolean named = version.isPresent() || digest.isPresent();
    return switch (ensure) {
      case "absent" -> absent(document, named || follow.isPresent());
      case "present" -> present(document, version, digest, follow);
      default -> throw document.refuse("ensure", "it must be present or absent");
    };
  }

  private static Goal absent(Document document, boolean named) throws Refused {
    if (named) {
      throw document.refuse("ensure", "absent goes with no version, digest or follow");
    }
    return new Absent();
  }

  private static Goal present(
      Document document,
      Optional<Version> version,
      Optional<Digest> digest,
      Optional<Document> follow)
      throws Refused {
    boolean named = version.isPresent() || digest.isPresent();
    if (follow.isPresent() == named) {
      throw document.refuse("version", "give version and digest, or follow, and not both");
    }
    return follow.isPresent() ? follow(follow.get()) : exactly(document, version, digest);
  }

  private static Goal exactly(Document document, Optional<Version> version, Optional<Digest> digest)
      throws Refused {
    if (version.isEmpty() || digest.isEmpty()) {
      throw document.refuse("digest", "version and digest come together");
    }
    return new Exactly(version.get(), digest.get());
  }

  private static Goal follow(Document document) throws Refused {
    String channel = document.value("channel", Wording::folder);
    Optional<Range> range = document.optionalValue("range", Range::parse);
    document.done();
    return new Follow(channel, range);
  }

  private static Duration stableFor(Document gate) throws Refused {
    Duration stableFor = gate.value("stableFor", Durations::parse);
    gate.done();
    return stableFor;
  }

  private static Optional<Range> installer(Document requires) throws Refused {
    Optional<Range> range = Optional.of(requires.value("installer", Range::parse));
    requires.done();
    return range;
  }

  /** For sentences: which one, and who asks. */
  String title() {
    return "deployment %s, asked for by %s,".formatted(id, by);
  }

  boolean over(Instant now) {
    return notAfter.isPresent() && !now.isBefore(notAfter.get());
  }

  /** The deployment as a tree for {@link io.fleetinstaller.io.Json}. */
  public Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("id", id);
    tree.put("package", name);
    put(tree, goal);
    if (priority != 0) {
      tree.put("priority", priority);
    }
    Written.put(tree, "select", select.tree());
    Written.put(tree, "rollout", rollout.tree());
    window.ifPresent(found -> tree.put("window", found.tree()));
    if (!stableFor.isZero()) {
      tree.put("gate", Map.of("stableFor", Durations.text(stableFor)));
    }
    Written.flag(tree, "allowDowngrade", allowDowngrade);
    Written.flag(tree, "paused", paused);
    Written.put(tree, "notAfter", notAfter);
    installer.ifPresent(range -> tree.put("requires", Map.of("installer", range)));
    Written.put(tree, "after", after);
    tree.put("by", by);
    Written.put(tree, "note", note);
    return tree;
  }

  private static void put(Map<String, Object> tree, Goal goal) {
    switch (goal) {
      case Exactly(Version version, Digest digest) -> {
        tree.put("version", version);
        tree.put("digest", digest);
      }
      case Follow(String channel, Optional<Range> range) -> {
        Map<String, Object> follow = new LinkedHashMap<>();
        follow.put("channel", channel);
        Written.put(follow, "range", range);
        tree.put("follow", follow);
      }
      case Absent() -> tree.put("ensure", "absent");
    }
  }
}
