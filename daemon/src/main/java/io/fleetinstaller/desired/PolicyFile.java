package io.fleetinstaller.desired;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Fault.Transient;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Keeps the {@link Policy} in a file of the state directory. Not thread-safe. */
public final class PolicyFile {
  private static final int FORMAT = 1;
  private static final int LIMIT = 1 << 20;
  private static final int OWNER_ONLY = 0600;

  private final Path file;
  private final Disk disk;

  private PolicyFile(Path file, Disk disk) {
    this.file = file;
    this.disk = disk;
  }

  /** The one that counts. */
  public static PolicyFile first(Path state, Disk disk) {
    return new PolicyFile(state.resolve("policy.json"), disk);
  }

  /** Its copy, for when that is lost. */
  public static PolicyFile copy(Path state, Disk disk) {
    return new PolicyFile(state.resolve("policy.copy.json"), disk);
  }

  /** What the file turned out to be. */
  public sealed interface Found {}

  public record Good(Policy policy) implements Found {}

  public record Missing() implements Found {}

  /** Not what was ever written. */
  public record Damaged(String why) implements Found {}

  /** Written by a newer installer: good, but not to us. */
  public record Newer(String why) implements Found {}

  /** The disk did not give it: that says nothing about what is in it. */
  public record Unread(String why) implements Found {}

  /** Reads it, and fails at nothing. */
  public Found look() {
    try {
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return new Missing();
      }
      return Files.isRegularFile(file) ? parse() : new Damaged(file + " is no file");
    } catch (IOException e) {
      return new Unread("cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }

  private Found parse() throws IOException {
    byte[] bytes = Bounded.read(file, LIMIT);
    try {
      return new Good(policy(Document.json(file.toString(), bytes)));
    } catch (Refused refused) {
      String why = refused.reason().sentence();
      return isNewer(bytes) ? new Newer(why) : new Damaged(why);
    }
  }

  private boolean isNewer(byte[] bytes) {
    try {
      Document document = Document.json(file.toString(), bytes);
      return document.number("formatVersion", 1, Long.MAX_VALUE) > FORMAT;
    } catch (Refused damaged) {
      return false;
    }
  }

  /** Moves it aside, so that the host goes on without it. */
  public void quarantine(String why) throws Fault {
    try {
      Quarantine.put(disk, file, why);
    } catch (IOException e) {
      throw new Transient(ReasonCode.IO_ERROR, "cannot move %s aside: %s".formatted(file, e));
    }
  }

  public void delete() throws Fault {
    try {
      disk.delete(file);
    } catch (IOException e) {
      throw new Transient(ReasonCode.IO_ERROR, "cannot delete %s: %s".formatted(file, e));
    }
  }

  public void write(Policy policy) throws Fault {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("formatVersion", FORMAT);
    tree.put(
        "overrides",
        new TreeMap<>(policy.overrides()).values().stream().map(PolicyFile::tree).toList());
    tree.put("pins", new TreeMap<>(policy.pins()).values().stream().map(PolicyFile::tree).toList());
    tree.put(
        "holds", new TreeMap<>(policy.holds()).values().stream().map(PolicyFile::tree).toList());
    try {
      disk.replace(file, Json.bytes(tree), OWNER_ONLY);
    } catch (IOException e) {
      throw new Transient(ReasonCode.IO_ERROR, "cannot write %s: %s".formatted(file, e));
    }
  }

  private static Map<String, Object> tree(LocalOverride override) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", override.name());
    tree.put("version", override.target().map(Release::version));
    tree.put("digest", override.target().map(Release::digest));
    tree.put("over", override.over());
    tree.put("heldBack", override.heldBack());
    put(tree, override.decision());
    return tree;
  }

  private static Map<String, Object> tree(Pin pin) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", pin.name());
    tree.put("version", pin.release().version());
    tree.put("digest", pin.release().digest());
    put(tree, pin.decision());
    return tree;
  }

  private static Map<String, Object> tree(Hold hold) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", hold.name());
    put(tree, hold.decision());
    return tree;
  }

  private static void put(Map<String, Object> tree, Decision decision) {
    tree.put("by", decision.by());
    tree.put("at", decision.at());
    tree.put("reason", decision.reason());
    tree.put("expires", decision.expires());
  }

  private static Policy policy(Document document) throws Refused {
    document.number("formatVersion", FORMAT, FORMAT);
    List<Document> overrides = document.objects("overrides");
    List<Document> pins = document.objects("pins");
    List<Document> holds = document.objects("holds");
    document.done();
    Policy policy = Policy.EMPTY;
    for (Document one : overrides) {
      policy = policy.with(override(one));
    }
    for (Document one : pins) {
      policy = policy.with(pin(one));
    }
    for (Document one : holds) {
      policy = policy.with(hold(one));
    }
    return policy;
  }

  private static LocalOverride override(Document document) throws Refused {
    PackageName name = document.value("name", PackageName::new);
    Optional<Version> version = document.optionalValue("version", Version::new);
    Optional<Digest> digest = document.optionalValue("digest", Digest::parse);
    Optional<Digest> over = document.optionalValue("over", Digest::parse);
    Optional<Digest> heldBack = document.optionalValue("heldBack", Digest::parse);
    Decision decision = decision(document);
    document.done();
    if (version.isPresent() != digest.isPresent()) {
      throw document.refuse("digest", "version and digest come together or not at all");
    }
    Optional<Release> target =
        version.flatMap(found -> digest.map(id -> new Release(name, found, id)));
    return new LocalOverride(name, target, over, heldBack, decision);
  }

  private static Pin pin(Document document) throws Refused {
    PackageName name = document.value("name", PackageName::new);
    Version version = document.value("version", Version::new);
    Digest digest = document.value("digest", Digest::parse);
    Pin pin = new Pin(name, new Release(name, version, digest), decision(document));
    document.done();
    return pin;
  }

  private static Hold hold(Document document) throws Refused {
    Hold hold = new Hold(document.value("name", PackageName::new), decision(document));
    document.done();
    return hold;
  }

  private static Decision decision(Document document) throws Refused {
    Function<String, Instant> instant = Wording::instant;
    return new Decision(
        document.text("by"),
        document.value("at", instant),
        document.text("reason"),
        document.optionalValue("expires", instant));
  }
}
