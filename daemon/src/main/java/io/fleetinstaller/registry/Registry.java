package io.fleetinstaller.registry;

import io.fleetinstaller.http.Pace;
import io.fleetinstaller.http.Throttle;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Where releases come from. Thread-safe; each stream that it opens belongs to one thread.
 *
 * <p>Faults: transient when trying later may help (dns-failed, connect-failed, proxy-failed,
 * transfer-broken, too-slow, registry-error), broken when a person must act (auth-failed,
 * tls-failed, bad-settings), else refused (not-found, digest-mismatch, size-mismatch, too-large,
 * malformed, descriptor-mismatch, platform-mismatch). The sentence names every repository that was
 * tried.
 */
public final class Registry implements AutoCloseable {
  private final RegistrySettings settings;
  private final Pace pace;
  private final Throttle throttle;
  private final Suspects suspects = new Suspects();
  private final Repositories open;

  /** Reads no file and opens no connection yet. */
  public Registry(RegistrySettings settings, Time time, RandomGenerator chance) {
    this(settings, Throttle.Limit.NONE, time, chance);
  }

  /** The same, with layers that come no faster than allowed, all of them together. */
  public Registry(
      RegistrySettings settings, Throttle.Limit limit, Time time, RandomGenerator chance) {
    this(
        settings,
        new Throttle(limit, time),
        new Pace(settings.connections().patience(), time, chance),
        new Repositories(settings, time, System.getenv()));
  }

  Registry(
      RegistrySettings settings,
      Time time,
      RandomGenerator chance,
      Map<String, String> environment) {
    this(
        settings,
        new Throttle(Throttle.Limit.NONE, time),
        new Pace(settings.connections().patience(), time, chance),
        new Repositories(settings, time, environment));
  }

  Registry(RegistrySettings settings, Throttle throttle, Pace pace, Repositories repositories) {
    this.settings = settings;
    this.throttle = throttle;
    this.pace = pace;
    this.open = repositories;
  }

  /** Finds a release and checks everything about it but its version and its layers. */
  public Image resolve(PackageName name, Digest digest, Platform platform)
      throws Fault, InterruptedException {
    return resolve(name, digest, platform, Traffic.UNNOTED);
  }

  private Image resolve(PackageName name, Digest digest, Platform platform, Traffic traffic)
      throws Fault, InterruptedException {
    List<Repository> all = of(name, traffic);
    Image image = new Reading(name.value(), all, pace, traffic).image(digest, platform);
    if (!image.release().name().equals(name)) {
      throw mismatch(image, "its descriptor says it is %s".formatted(image.release().name()), name);
    }
    Platform found = image.descriptor().platform();
    if (!found.equals(platform)) {
      throw new Refused(
          ReasonCode.PLATFORM_MISMATCH,
          "cannot use %s: it is for %s, wanted is %s".formatted(image.release(), found, platform));
    }
    return image;
  }

  /** Finds a release and checks everything about it but its layers. */
  public Image resolve(Release wanted, Platform platform) throws Fault, InterruptedException {
    return resolve(wanted, platform, Traffic.UNNOTED);
  }

  /** The same, told of what that costs and who is waited for. */
  public Image resolve(Release wanted, Platform platform, Traffic traffic)
      throws Fault, InterruptedException {
    Image image = resolve(wanted.name(), wanted.digest(), platform, traffic);
    if (!image.release().equals(wanted)) {
      throw mismatch(
          image,
          "its descriptor says it is version %s".formatted(image.release().version()),
          wanted.version());
    }
    return image;
  }

  private static Refused mismatch(Image image, String says, Object wanted) {
    return new Refused(
        ReasonCode.DESCRIPTOR_MISMATCH,
        "cannot use %s: %s, asked for was %s".formatted(image.release().digest(), says, wanted));
  }

  /**
   * Opens a layer. The stream resumes by itself; its last byte comes only after size and digest
   * were right. It throws {@link io.fleetinstaller.io.Faulted}, or {@link
   * java.io.InterruptedIOException} with the thread's interrupt status set. A repository whose
   * bytes were wrong is asked last when the same layer is opened again.
   */
  public InputStream open(Image image, Blob layer, Traffic traffic)
      throws Fault, InterruptedException {
    return open(image, layer, Span.whole(layer), traffic);
  }

  /**
   * Opens a part of a layer, whose bytes nothing proves but what they are used for. A repository
   * that gives whole blobs only refuses with registry-error.
   */
  public InputStream open(Image image, Blob layer, Span part, Traffic traffic)
      throws Fault, InterruptedException {
    PackageName name = image.release().name();
    List<Repository> all = of(name, traffic);
    List<Repository> order =
        part.isWhole(layer)
            ? suspects.last(layer.digest(), all)
            : suspects.lastForParts(layer.digest(), all);
    String what = "get blob %s of %s".formatted(layer.digest(), name);
    Turns turns = new Turns(what, order, pace, traffic);
    return BlobStream.open(new Download(layer, part, turns, pace, throttle, suspects, traffic));
  }

  /** Opens the table of a delta, asked for like all that nobody needs. */
  public InputStream table(Image image, Delta delta, Traffic traffic)
      throws Fault, InterruptedException {
    PackageName name = image.release().name();
    Blob table = delta.table();
    String what = "get the table of delta %s of %s".formatted(delta.manifest(), name);
    List<Repository> order = suspects.last(table.digest(), hurried(name, traffic));
    Turns turns = new Turns(what, order, pace.once());
    return BlobStream.open(
        new Download(table, Span.whole(table), turns, pace, throttle, suspects, traffic));
  }

  /** What these sent was wrong: they are asked last when the same blobs are opened again. */
  public void suspect(Collection<Sender> senders) {
    suspects.add(senders);
    open.forgetDetours();
  }

  /** What these sent was right. */
  public void trust(Collection<Sender> senders) {
    suspects.remove(senders);
  }

  /**
   * The deltas that lead to an image. Nobody needs them, so each repository is asked once, and not
   * waited for long.
   */
  public List<DeltaRef> deltas(Image image, Traffic traffic) throws Fault, InterruptedException {
    return deltas(image.release().name(), traffic).to(image.manifest());
  }

  /** One of them, asked for like all; its table and its blocks are opened like layers. */
  public Delta delta(Image image, DeltaRef ref, Traffic traffic)
      throws Fault, InterruptedException {
    return deltas(image.release().name(), traffic).open(ref, image.manifest());
  }

  private Deltas deltas(PackageName name, Traffic traffic) throws Fault {
    return new Deltas(new Reading(name.value(), hurried(name, traffic), pace.once()), traffic);
  }

  private List<Repository> hurried(PackageName name, Traffic traffic) throws Fault {
    List<Repository> found = new ArrayList<>();
    for (String template : settings.repositories()) {
      found.add(open.hurried(Address.of(template, name), traffic));
    }
    return found;
  }

  /** How many repositories there are: opening a layer so often asks each of them. */
  public int repositories() {
    return settings.repositories().size();
  }

  private List<Repository> of(PackageName name, Traffic traffic) throws Fault {
    List<Repository> found = new ArrayList<>();
    for (String template : settings.repositories()) {
      found.add(open.at(Address.of(template, name), traffic));
    }
    return found;
  }

  /** Ends what is under way: streams that are open fail, also in other threads. */
  @Override
  public void close() {
    open.close();
  }
}
