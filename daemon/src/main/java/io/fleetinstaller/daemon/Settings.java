package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.HostPolicy;
import io.fleetinstaller.http.Connections;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.source.ReportSettings;
import io.fleetinstaller.source.Rhythm;
import io.fleetinstaller.source.SourceSettings;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What installer.yaml says.
 *
 * @param source where what is desired comes from
 * @param network how servers are reached: the registry's, the source's and the report's
 * @param downloads how fast packages may come
 * @param socketGroup members may read status without evidence; null: nobody but the daemon's user
 *     and root
 * @param diskReserve bytes that an upgrade must leave free on the file system of the slots
 * @param allowUnsigned whether, beside a trust root, what no signed document names may run
 */
public record Settings(
    From source,
    Selection selection,
    HostPolicy policy,
    Polling poll,
    Reporting report,
    Connections network,
    DownloadLimit downloads,
    RegistrySettings registry,
    Paths paths,
    @Nullable String socketGroup,
    long diskReserve,
    boolean allowUnsigned) {

  public static final Path DEFAULT_FILE = Path.of("/etc/fleet-installer/installer.yaml");
  public static final Settings DEFAULT =
      new Settings(
          new From.Nowhere(),
          Selection.NONE,
          HostPolicy.NONE,
          Polling.DEFAULT,
          new Reporting(null, null),
          Connections.DEFAULT,
          DownloadLimit.NONE,
          RegistrySettings.NONE,
          Paths.DEFAULT,
          null,
          64L << 20,
          false);

  /** Where what is desired comes from. */
  public sealed interface From {
    /** Nothing is asked for but by hand. */
    record Nowhere() implements From {}

    /** An unsigned file on this host. */
    record DesiredFile(Path file) implements From {}

    /**
     * Signed config.
     *
     * @param mirrors addresses of one repository, in the order in which they are asked
     */
    record Signed(List<String> mirrors) implements From {
      public Signed {
        mirrors = List.copyOf(mirrors);
      }
    }
  }

  /**
   * What deployments may select this host by.
   *
   * @param id null: worked out from the machine
   * @param channels of the catalog that are read
   * @param groups whose deployments are followed
   */
  public record Selection(
      @Nullable String id,
      SortedMap<String, Set<String>> tags,
      List<String> channels,
      List<String> groups) {
    public static final Selection NONE =
        new Selection(null, new TreeMap<>(), List.of("stable"), List.of());

    public Selection {
      tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
      channels = List.copyOf(channels);
      groups = List.copyOf(groups);
    }

    /** An {@link IllegalArgumentException} says what of it no deployment could select by. */
    void check() {
      new HostIdentity("host", "host").facts(this);
    }
  }

  /** Where reports go; empty: nowhere. */
  Optional<ReportSettings> reports() {
    String url = report.url();
    return url == null
        ? Optional.empty()
        : Optional.of(ReportSettings.of(url, report.tokenFile(), poll.rhythm(), network));
  }

  /** How the signed source is asked; empty when the source is another one. */
  Optional<SourceSettings> signedSource() {
    return source instanceof From.Signed(List<String> mirrors)
        ? Optional.of(
            new SourceSettings(
                mirrors,
                paths.trustRoot(),
                new TreeSet<>(selection.channels()),
                new TreeSet<>(selection.groups()),
                poll.rhythm(),
                network))
        : Optional.empty();
  }

  /**
   * When the source is looked at.
   *
   * @param interval from one look to the next, give or take some jitter; a change of a file is seen
   *     at once
   * @param holdOff at most so long, by chance, from seeing a change of signed config to acting on
   *     it
   */
  public record Polling(Duration interval, Duration holdOff) {
    public static final Polling DEFAULT =
        new Polling(Duration.ofSeconds(60), Duration.ofSeconds(30));

    Rhythm rhythm() {
      Rhythm usual = Rhythm.DEFAULT;
      return new Rhythm(interval, usual.longestPause(), holdOff, usual.staleAfter());
    }
  }

  /**
   * Whom to tell how this host is doing.
   *
   * @param url null: nobody
   * @param tokenFile sent as a bearer token; null: none
   */
  public record Reporting(@Nullable String url, @Nullable Path tokenFile) {}

  /**
   * Where everything lies. A change of these takes effect when the daemon starts again.
   *
   * @param trustRoot whom the signed config must be signed by
   * @param datadogConfig the agent's own settings, which may switch remote updates on or off
   */
  public record Paths(Path packages, Path state, Path socket, Path trustRoot, Path datadogConfig) {
    public static final Paths DEFAULT =
        new Paths(
            Path.of("/opt/datadog-packages"),
            Path.of("/var/lib/fleet-installer"),
            Path.of("/run/fleet-installer/installer.sock"),
            Path.of("/etc/fleet-installer/trust/root.json"),
            Path.of("/etc/datadog-agent/datadog.yaml"));

    /**
     * Whether this host has a trust root, or ever had one: a root that is gone, or that its disk
     * does not show, loosens nothing. Asked of the disk anew each time.
     */
    boolean anchored() {
      return mayExist(trustRoot) || mayExist(state.resolve("trust"));
    }

    private static boolean mayExist(Path path) {
      Path sought = path.toAbsolutePath();
      Path found = sought;
      while (Files.notExists(found, LinkOption.NOFOLLOW_LINKS) && found.getParent() != null) {
        found = found.getParent();
      }
      // Nobody knows what is beyond a link to nothing, or below what cannot be looked at.
      return found.equals(sought) || !Files.isDirectory(found);
    }
  }
}
