package io.fleetinstaller.desired;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one deployment that is for this host comes to on it. */
record Offer(Deployment deployment, RemoteConfig config, Circumstances here) {

  /** The wish, with what it waits for. */
  Desired desired(Duration stableFor) {
    String by = "%s (deployment %s)".formatted(deployment.by(), deployment.id());
    return new Desired(
        deployment.name(),
        want(stableFor),
        new Origin(Origin.Kind.DEPLOYMENT, by, deployment.note()));
  }

  /** What it names, whether or not that may run here; empty: nothing shall run. */
  Optional<Digest> names() {
    return switch (deployment.goal()) {
      case Deployment.Exactly(_, Digest digest) -> Optional.of(digest);
      case Deployment.Follow follow ->
          following(follow).map(candidate -> candidate.entry().digest());
      case Deployment.Absent() -> Optional.empty();
    };
  }

  private Desired.Want want(Duration stableFor) {
    return switch (deployment.goal()) {
      case Deployment.Exactly(Version version, Digest digest) ->
          exactly(new Release(deployment.name(), version, digest), stableFor);
      case Deployment.Follow follow -> follow(follow, stableFor);
      case Deployment.Absent() ->
          stopped(new Desired.Absent())
              .orElseGet(() -> timed(new Desired.Absent(), opens(Instant.EPOCH)));
    };
  }

  private Desired.Want exactly(Release release, Duration stableFor) {
    if (!config.vouchesFor(release)) {
      return new Desired.Leave(notInCatalog(release));
    }
    Catalog.Entry entry = config.find(release.name(), release.digest()).orElseThrow();
    if (!entry.runsOn(here.host().platform())) {
      return new Desired.Leave(
          new Reason(
              ReasonCode.PLATFORM_MISMATCH,
              "%s names %s, which is not made for %s"
                  .formatted(deployment.title(), release, here.host().platform())));
    }
    Desired.Run run = new Desired.Run(release, stableFor);
    return stopped(run).orElseGet(() -> timed(run, opens(Instant.EPOCH)));
  }

  private Reason notInCatalog(Release release) {
    String what =
        config
            .find(release.name(), release.digest())
            .map(entry -> "which the catalog calls " + entry.version())
            .orElse("which no catalog of this host's channels holds");
    List<String> evidence =
        config.problems("catalog", release.name()).stream().map(Reason::toString).toList();
    return new Reason(
        ReasonCode.NOT_IN_CATALOG,
        "%s names %s as %s, %s; nothing is done"
            .formatted(deployment.title(), release.digest(), release.version(), what),
        evidence);
  }

  private Desired.Want follow(Deployment.Follow follow, Duration stableFor) {
    Optional<Following.Candidate> picked = following(follow);
    if (picked.isEmpty()) {
      return new Desired.Leave(nothingToFollow(follow));
    }
    Catalog.Entry entry = picked.get().entry();
    Release release = new Release(deployment.name(), entry.version(), entry.digest());
    Desired.Run run = new Desired.Run(release, stableFor);
    boolean there = Optional.of(release).equals(running());
    return stopped(run).orElseGet(() -> there ? run : timed(run, picked.get().opens()));
  }

  private Reason nothingToFollow(Deployment.Follow follow) {
    List<String> evidence =
        config.problems("catalog", deployment.name()).stream().map(Reason::toString).toList();
    String range = follow.range().map(found -> " within " + found).orElse("");
    return new Reason(
        ReasonCode.NOT_IN_CATALOG,
        "%s follows channel %s, of which this host knows no release%s for %s"
            .formatted(deployment.title(), follow.channel(), range, here.host().platform()),
        evidence);
  }

  private Optional<Following.Candidate> following(Deployment.Follow follow) {
    List<Following.Candidate> candidates = new ArrayList<>();
    config
        .catalog(follow.channel(), deployment.name())
        .ifPresent(catalog ->
            catalog.releases().stream()
                .filter(entry -> entry.runsOn(here.host().platform()))
                .filter(entry -> covers(follow, entry.version()))
                .map(entry -> new Following.Candidate(entry, opens(entry.published())))
                .forEach(candidates::add));
    List<Following.Candidate> allowed =
        candidates.stream().filter(one -> forbidden(one).isEmpty()).toList();
    // Where policy leaves nothing, it is told what policy forbids.
    List<Following.Candidate> counting = allowed.isEmpty() ? candidates : allowed;
    return new Following(counting, running(), here.now()).pick();
  }

  private static boolean covers(Deployment.Follow follow, Version version) {
    return follow.range().isEmpty() || follow.range().get().contains(version);
  }

  private Optional<Reason> forbidden(Following.Candidate candidate) {
    Catalog.Entry entry = candidate.entry();
    Release release = new Release(deployment.name(), entry.version(), entry.digest());
    return here.policy().forbids(deployment.name(), Optional.of(release));
  }

  private Optional<Instant> opens(Instant earliest) {
    return deployment.rollout().opens(share(), earliest);
  }

  private Share share() {
    return Share.of(here.host().id(), deployment.id());
  }

  private Optional<Release> running() {
    return Optional.ofNullable(here.running().get(deployment.name()));
  }

  /** What only a person or another document can end. */
  private Optional<Desired.Want> stopped(Desired.Want then) {
    return offAltogether()
        .or(() -> here.policy().forbids(deployment.name(), then.release()))
        .or(() -> here.policy().resists(deployment.name()))
        .or(this::tooOld)
        .or(this::paused)
        .or(() -> backwards(then))
        .map(why -> new Desired.Later(then, why, Optional.empty()));
  }

  private Optional<Reason> offAltogether() {
    return here.remoteUpdates().on()
        ? Optional.empty()
        : Optional.of(
            new Reason(
                ReasonCode.REMOTE_UPDATES_OFF,
                "remote updates of this host are off, says %s"
                    .formatted(here.remoteUpdates().decidedBy()),
                here.remoteUpdates().problem().map(Reason::toString).stream().toList()));
  }

  private Optional<Reason> tooOld() {
    Version installer = here.host().installer();
    return deployment
        .installer()
        .filter(range -> !range.contains(installer))
        .map(range ->
            new Reason(
                ReasonCode.INSTALLER_TOO_OLD,
                "%s needs fleet-installer %s, and this is %s"
                    .formatted(deployment.title(), range, installer)));
  }

  private Optional<Reason> paused() {
    return deployment.paused()
        ? Optional.of(
            new Reason(
                ReasonCode.PAUSED,
                "%s is paused; it goes on when a signed document says so"
                    .formatted(deployment.title())))
        : Optional.empty();
  }

  private Optional<Reason> backwards(Desired.Want then) {
    Optional<Version> newer =
        running()
            .map(Release::version)
            .filter(version ->
                then.release().filter(to -> to.version().compareTo(version) < 0).isPresent());
    boolean hostAllows = here.policy().rules(deployment.name()).allowDowngrade();
    return deployment.allowDowngrade() && hostAllows
        ? Optional.empty()
        : newer.map(version ->
            new Reason(
                ReasonCode.DOWNGRADE,
                "%s names %s, which is older than %s that runs, and %s"
                    .formatted(
                        deployment.title(),
                        then.release().orElseThrow(),
                        version,
                        hostAllows
                            ? "does not say allowDowngrade"
                            : "installer.yaml allows no downgrade")));
  }

  /** What time alone ends: the wave first, then the windows. */
  private Desired.Want timed(Desired.Want then, Optional<Instant> opens) {
    List<Window> windows = new ArrayList<>(here.policy().windows(deployment.name()));
    deployment.window().ifPresent(windows::add);
    return new Timing(deployment, share(), windows, here.now()).behind(opens, then);
  }
}
