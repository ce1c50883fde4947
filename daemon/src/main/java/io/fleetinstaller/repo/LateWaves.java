package io.fleetinstaller.repo;

import io.fleetinstaller.desired.Catalog;
import io.fleetinstaller.desired.Deployment;
import io.fleetinstaller.desired.Deployments;
import io.fleetinstaller.desired.RemoteConfig;
import io.fleetinstaller.desired.Rollout;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Version;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Waves that have opened while a change waited to be published. They count from when it was
 * drafted, so that all of their hosts would begin at once: the first ones would be nobody's canary.
 *
 * @param before what is public now
 * @param next what is about to be
 */
record LateWaves(RemoteConfig before, RemoteConfig next, Instant now) {

  void refuse() throws Refused {
    List<String> late = new ArrayList<>();
    next.deployments().forEach((path, deployments) -> late.addAll(started(path, deployments)));
    next.catalogs().forEach((path, catalog) -> late.addAll(followed(path, catalog)));
    if (!late.isEmpty()) {
      throw new Refused(
          new Reason(
              ReasonCode.WAVE,
              "cannot publish: waves have opened since this was drafted; draft it again with a later start, or take it as it is with 'repo publish --late'",
              late));
    }
  }

  private List<String> started(String path, Deployments deployments) {
    Deployments known = before.deployments().getOrDefault(path, new Deployments(List.of()));
    List<String> late = new ArrayList<>();
    for (Deployment deployment : deployments.all()) {
      // Without a start those who follow count from each release.
      if (deployment.rollout().start().isPresent()
          && known.all().stream().noneMatch(one -> isSameRollout(one, deployment))) {
        begun(deployment, path).ifPresent(wave -> late.add(path + ": " + wave));
      }
    }
    return late;
  }

  private Optional<String> begun(Deployment deployment, String path) {
    if (deployment.goal() instanceof Deployment.Follow follow) {
      String catalog = Catalog.path(follow.channel(), deployment.name());
      return Optional.ofNullable(next.catalogs().get(catalog)).stream()
          .flatMap(found -> found.releases().stream())
          .filter(entry -> follows(deployment, catalog, entry.version()))
          .max(Comparator.comparing(Catalog.Entry::version))
          .flatMap(newest -> opened(deployment, newest, path));
    }
    return opened(deployment.rollout(), deployment.rollout().start().orElseThrow())
        .map(wave -> "%s, %s".formatted(deployment.id(), wave));
  }

  private static boolean isSameRollout(Deployment one, Deployment other) {
    return one.id().equals(other.id())
        && one.goal().equals(other.goal())
        && one.rollout().equals(other.rollout());
  }

  /**
   * The releases that are new in a catalog begin the waves of everybody who follows its channel.
   */
  private List<String> followed(String path, Catalog catalog) {
    Optional<Catalog> known = Optional.ofNullable(before.catalogs().get(path));
    List<String> late = new ArrayList<>();
    for (Catalog.Entry entry : catalog.releases()) {
      if (known.flatMap(then -> then.find(entry.digest())).isEmpty()) {
        next.deployments()
            .forEach((group, deployments) ->
                deployments.all().stream()
                    .filter(deployment -> follows(deployment, path, entry.version()))
                    .flatMap(deployment -> opened(deployment, entry, group).stream())
                    .forEach(wave -> late.add(path + " " + wave)));
      }
    }
    return late;
  }

  private Optional<String> opened(Deployment deployment, Catalog.Entry entry, String group) {
    Rollout rollout = deployment.rollout();
    Instant begin = rollout.start().filter(entry.published()::isBefore).orElse(entry.published());
    return opened(rollout, begin)
        .map(wave -> "%s: %s in %s, %s".formatted(entry.version(), deployment.id(), group, wave));
  }

  private static boolean follows(Deployment deployment, String path, Version version) {
    return deployment.goal() instanceof Deployment.Follow follow
        && Catalog.path(follow.channel(), deployment.name()).equals(path)
        && follow.range().filter(range -> !range.contains(version)).isEmpty();
  }

  /** The last wave that was to wait and no longer does. */
  private Optional<String> opened(Rollout rollout, Instant begin) {
    return rollout.waves().reversed().stream()
        .filter(wave -> !wave.after().isZero() && !begin.plus(wave.after()).isAfter(now))
        .findFirst()
        .map(wave -> "%d percent since %s".formatted(wave.percent(), begin.plus(wave.after())));
  }
}
