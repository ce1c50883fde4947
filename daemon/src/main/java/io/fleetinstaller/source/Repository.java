package io.fleetinstaller.source;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.Fault.Transient;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.source.Mirror.Latest;
import io.fleetinstaller.trust.Store;
import io.fleetinstaller.trust.Untrusted;
import io.fleetinstaller.trust.Updater;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What of the repository is on this host, and how it becomes newer. Metadata and documents are
 * stored as they come and count together, when all of them are there. Used by the thread that
 * polls.
 */
final class Repository {
  private static final Logger LOG = LoggerFactory.getLogger(Repository.class);
  private static final String TIMESTAMP = "metadata/timestamp.json";
  private static final int MOST_TIMESTAMP = 16 << 10;
  private static final int MOST_ROOT = 512 << 10;
  private static final Duration ROOT_WALK = Duration.ofHours(24);

  private final Site site;
  private final Path root;
  private final List<String> folders;
  private final Contact contact;
  private final Documents documents;
  private Optional<Config> config = Optional.empty();
  private @Nullable Known known;
  private @Nullable Digest anchored;

  /**
   * What was verified last, and from whom; while it counts, asking whether it changed is enough.
   */
  private record Known(String mirror, Validator validator, Digest root, Duration walked) {}

  Repository(SourceSettings settings, Site site, Contact contact) {
    this.site = site;
    this.root = settings.root();
    this.contact = contact;
    this.folders = settings.folders();
    this.documents =
        new Documents(site.state().resolve("source").resolve("documents"), site.disk());
  }

  /** The last config that was whole and verified. */
  Optional<Config> config() {
    return config;
  }

  /** Finds what was in force, without any network. */
  void stored() throws Untrusted, Fault, InterruptedException {
    byte[] anchor = readRoot();
    anchored = Digest.of(anchor);
    Store store = store(anchor);
    Updater updater = new Updater(store, Repository::offline, site.time().now());
    if (updater.stored().isPresent()) {
      Vouched vouched = Vouched.in(folders, updater);
      var bytes = documents.gather(vouched.targets().values(), updater);
      Instant from = contact.known(Config.identity(bytes));
      config = Optional.of(config(store, updater, vouched, bytes).from(from));
    }
  }

  /** Makes it as new as this mirror is. Whatever it throws, the config is the one before. */
  void refresh(Mirror mirror) throws Untrusted, Fault, InterruptedException {
    byte[] anchor = readRoot();
    demandAnchor(anchor);
    Latest latest = timestamp(mirror, anchor);
    if (latest.bytes().isEmpty()) {
      return;
    }
    Store store = store(anchor);
    Updater updater = new Updater(store, mirror, site.time().now());
    updater.refreshWith(latest.bytes().get());
    Vouched vouched = Vouched.in(folders, updater);
    var bytes = documents.gather(vouched.targets().values(), updater);
    Instant from = contact.actFrom(Config.identity(bytes));
    Config next = config(store, updater, vouched, bytes).from(from);
    updater.accept();
    tell(mirror, vouched, next);
    config = Optional.of(next);
    known =
        new Known(mirror.address(), latest.validator(), Digest.of(anchor), site.time().elapsed());
    sweep(vouched);
  }

  /** Forgets the latest time that was proven, and answers it. */
  Instant forgetTime() throws Fault {
    try {
      Store store = store(readRoot());
      Instant proven = store.provenTime();
      store.forgetTime();
      config = config.map(now -> now.provenAt(Instant.EPOCH));
      distrust();
      return proven;
    } catch (Untrusted untrusted) {
      throw new Broken(untrusted.refusal().reason());
    }
  }

  // Whoever exchanges the trust root trusts no more what only the old one vouches for.
  private void demandAnchor(byte[] anchor) throws Fault, InterruptedException {
    if (!Digest.of(anchor).equals(anchored)) {
      config = Optional.empty();
      try {
        stored();
      } catch (Untrusted untrusted) {
        LOG.warn("the trust root is another one: {}", untrusted.getMessage());
      }
    }
  }

  /** The next refresh asks for everything again. */
  void distrust() {
    known = null;
  }

  private void sweep(Vouched vouched) {
    try {
      documents.keepOnly(vouched.targets().values());
    } catch (Fault fault) {
      LOG.warn("{}; it is tried again after the next change", fault.getMessage());
    }
  }

  private Latest timestamp(Mirror mirror, byte[] anchor)
      throws Untrusted, Fault, InterruptedException {
    try {
      return mirror.latest(TIMESTAMP, MOST_TIMESTAMP, validator(mirror, anchor));
    } catch (Failure failure) {
      if (!failure.isPassing()) {
        // The roots may say that all of it is signed anew.
        new Updater(store(anchor), mirror, site.time().now()).refresh();
      }
      throw mirror.fault(TIMESTAMP, failure);
    }
  }

  private Validator validator(Mirror mirror, byte[] anchor) {
    Known last = known;
    if (last == null) {
      return Validator.NONE;
    }
    boolean counts =
        last.mirror().equals(mirror.address())
            && last.root().equals(Digest.of(anchor))
            && site.time().elapsed().minus(last.walked()).compareTo(ROOT_WALK) < 0
            && config.filter(this::counts).isPresent();
    return counts ? last.validator() : Validator.NONE;
  }

  private boolean counts(Config last) {
    Instant now = site.time().now();
    return last.expired(now).isEmpty() && last.refused(now).isEmpty();
  }

  private Store store(byte[] anchor) throws Fault, Untrusted {
    return Store.open(site.disk(), site.state().resolve("trust"), anchor);
  }

  private static Config config(
      Store store, Updater updater, Vouched vouched, SortedMap<String, byte[]> bytes) {
    SortedMap<String, Instant> until = new TreeMap<>();
    vouched.targets().forEach((path, target) -> until.put(path, target.validUntil()));
    SortedMap<String, Reason> refused = new TreeMap<>();
    vouched.refused().forEach((key, refusal) -> refused.put(key, refusal.reason()));
    return new Config(bytes, until, refused, updater.verified(), store.provenTime(), Instant.EPOCH);
  }

  private void tell(Mirror mirror, Vouched vouched, Config next) {
    if (config.filter(now -> now.identity().equals(next.identity())).isEmpty()) {
      LOG.atInfo()
          .addKeyValue("config", next.identity().shortHex())
          .log("config has changed: {} documents", next.documents().size());
    }
    // The set in force still says which version of a refused role was trusted.
    SortedMap<String, Long> trusted = config.map(Config::versions).orElse(next.versions());
    // Said again only when it changes: it is asked for at each poll until its signers mend it.
    Set<String> known = config.map(now -> now.refused().keySet()).orElse(Set.of());
    vouched.refused().entrySet().stream()
        .filter(each -> !known.contains(each.getKey()))
        .map(Map.Entry::getValue)
        .distinct()
        .forEach(refusal -> Audit.refused(mirror.address(), refusal, trusted));
  }

  private byte[] readRoot() throws Fault {
    try {
      return Bounded.read(root, MOST_ROOT);
    } catch (NoSuchFileException _) {
      throw new Broken(
          ReasonCode.BAD_SETTINGS,
          "cannot trust any config: %s does not exist; put the trust root there".formatted(root));
    } catch (IOException e) {
      throw new Transient(
          ReasonCode.IO_ERROR, "cannot read %s: %s".formatted(root, e.getMessage()));
    }
  }

  private static byte[] offline(String path, long maxBytes) throws Fault {
    throw new Transient(
        ReasonCode.STATE_DAMAGED,
        "cannot use the stored config: %s is missing on this host; the next poll fetches it"
            .formatted(path));
  }
}
