package io.fleetinstaller.source;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.Fault.Transient;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.source.Mirror.Latest;
import io.fleetinstaller.trust.Store;
import io.fleetinstaller.trust.Untrusted;
import io.fleetinstaller.trust.Updater;
import io.fleetinstaller.trust.Verified;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
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
  private final Contact contact;
  private final Documents documents;
  private Optional<Config> config = Optional.empty();
  private @Nullable Known known;

  /**
   * What was verified last, and from whom; while it counts, asking whether it changed is enough.
   */
  private record Known(String mirror, Validator validator, byte[] root, Duration walked) {}

  Repository(SourceSettings settings, Site site, Contact contact) {
    this.site = site;
    this.root = settings.root();
    this.contact = contact;
    this.documents =
        new Documents(site.state().resolve("source").resolve("documents"), site.disk(), settings);
  }

  /** The last config that was whole and verified. */
  Optional<Config> config() {
    return config;
  }

  /** Finds what was in force, without any network. */
  void stored() throws Untrusted, Fault, InterruptedException {
    Updater updater = updater(readRoot(), Repository::offline);
    Optional<Verified> verified = updater.stored();
    if (verified.isPresent()) {
      Documents.Gathered gathered = documents.gather(updater);
      Instant from = contact.known(Config.identity(gathered.documents()));
      config = Optional.of(Config.of(verified.get(), gathered.documents(), from));
    }
  }

  /** Makes it as new as this mirror is. Whatever it throws, the config is the one before. */
  void refresh(Mirror mirror) throws Untrusted, Fault, InterruptedException {
    byte[] anchor = readRoot();
    Latest latest = timestamp(mirror, anchor);
    if (latest.bytes().isEmpty()) {
      return;
    }
    Updater updater = updater(anchor, mirror);
    Verified verified = updater.refreshWith(latest.bytes().get());
    Documents.Gathered gathered = documents.gather(updater);
    Config next =
        Config.of(
            verified, gathered.documents(), contact.actFrom(Config.identity(gathered.documents())));
    updater.accept();
    tell(next);
    config = Optional.of(next);
    documents.keepOnly(gathered.files());
    known = new Known(mirror.address(), latest.validator(), anchor, site.time().elapsed());
  }

  /** The next refresh asks for everything again. */
  void distrust() {
    known = null;
  }

  private Latest timestamp(Mirror mirror, byte[] anchor)
      throws Untrusted, Fault, InterruptedException {
    try {
      return mirror.latest(TIMESTAMP, MOST_TIMESTAMP, validator(mirror, anchor));
    } catch (Failure failure) {
      if (!failure.isPassing()) {
        // The roots may say that all of it is signed anew.
        updater(anchor, mirror).refresh();
      }
      throw mirror.fault(TIMESTAMP, failure);
    }
  }

  private Validator validator(Mirror mirror, byte[] anchor) {
    Known last = known;
    boolean counts =
        last != null
            && last.mirror().equals(mirror.address())
            && Arrays.equals(last.root(), anchor)
            && site.time().elapsed().minus(last.walked()).compareTo(ROOT_WALK) < 0
            && config.isPresent()
            && config.get().expired(site.time().now()).isEmpty();
    return counts ? last.validator() : Validator.NONE;
  }

  private Updater updater(byte[] anchor, io.fleetinstaller.trust.Remote remote)
      throws Fault, Untrusted {
    Store store = Store.open(site.disk(), site.state().resolve("trust"), anchor);
    return new Updater(store, remote, site.time().now());
  }

  private void tell(Config next) {
    boolean same = config.filter(now -> now.identity().equals(next.identity())).isPresent();
    if (!same) {
      LOG.atInfo()
          .addKeyValue("config", next.identity().shortHex())
          .log("config has changed: {} documents", next.documents().size());
    }
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
