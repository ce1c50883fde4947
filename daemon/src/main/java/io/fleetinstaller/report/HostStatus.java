package io.fleetinstaller.report;

import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * The whole host at one moment.
 *
 * @param clock the daemon's wall clock when it answered
 * @param settings installer.yaml
 * @param source where what is desired comes from
 * @param problems what of the daemon's own state is damaged or was lost
 * @param trusted what the signed config proved; empty: the source is none, or is not signed
 */
public record HostStatus(
    Instant clock,
    Machine machine,
    Identity identity,
    Daemon daemon,
    Input settings,
    Input source,
    Optional<TrustedConfig> trusted,
    Space space,
    List<PackageStatus> packages,
    List<Reason> problems) {
  public HostStatus {
    problems = List.copyOf(problems);
    packages = List.copyOf(packages);
  }

  /**
   * What the daemon runs on.
   *
   * @param os in words, e.g. {@code Debian GNU/Linux 13}
   */
  public record Machine(String hostName, Platform platform, String os) {
    Tree tree() {
      return new Tree().put("name", hostName).put("platform", platform.toString()).put("os", os);
    }
  }

  /**
   * What deployments may select this host by.
   *
   * @param id the same after every start
   * @param channels of the catalog, as the settings name them
   * @param groups whose deployments it follows
   */
  public record Identity(
      String id, SortedMap<String, Set<String>> tags, List<String> channels, List<String> groups) {
    public Identity {
      channels = List.copyOf(channels);
      groups = List.copyOf(groups);
    }

    Tree tree() {
      Tree tagged = new Tree();
      tags.forEach((key, values) -> tagged.texts(key, values.stream().sorted().toList()));
      return new Tree()
          .put("id", id)
          .put("tags", tagged)
          .texts("channels", channels)
          .texts("groups", groups);
    }
  }

  /**
   * The daemon itself.
   *
   * @param host which host it acts on, e.g. {@code systemd} or {@code supervised}
   */
  public record Daemon(String version, String host, long pid, Instant since) {
    Tree tree() {
      return new Tree()
          .put("version", version)
          .put("host", host)
          .put("pid", pid)
          .put("since", since);
    }
  }

  /**
   * A document the daemon reads.
   *
   * @param place the file or address
   * @param lastGood when what is in use was read; empty: never, the defaults are in use
   * @param error why the newest one is not in use
   */
  public record Input(String place, Optional<Instant> lastGood, Optional<Reason> error) {
    Tree tree() {
      return new Tree()
          .put("place", place)
          .put("lastGood", lastGood)
          .put("error", error, Nouns::reason);
    }
  }

  /** The file system of the slots, in bytes. */
  public record Space(String path, long free, long total, long reserve) {
    Tree tree() {
      return new Tree()
          .put("path", path)
          .put("free", free)
          .put("total", total)
          .put("reserve", reserve);
    }
  }

  /** The document that {@code status} answers. */
  public Tree tree() {
    return Tree.document()
        .put("clock", clock)
        .put("machine", machine.tree())
        .put("identity", identity.tree())
        .put("daemon", daemon.tree())
        .put("settings", settings.tree())
        .put("source", source.tree())
        .put("trusted", trusted, TrustedConfig::tree)
        .put("disk", space.tree())
        .objects("packages", packages, PackageStatus::tree)
        .objects("problems", problems, Nouns::reason);
  }
}
