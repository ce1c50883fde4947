package io.fleetinstaller.desired;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What signed config and host policy together want of each package on this host. Pure. */
public final class Wanted {
  private final RemoteConfig config;
  private final Circumstances here;

  private Wanted(RemoteConfig config, Circumstances here) {
    this.config = config;
    this.here = here;
  }

  /**
   * The wish of each package that deployments speak of. The one of highest priority among those
   * that are for this host wins; what it waits for, and until when, is in the wish.
   */
  public static SortedMap<PackageName, Desired> of(
      RemoteConfig config, Circumstances circumstances) {
    return new Wanted(config, circumstances).all();
  }

  private SortedMap<PackageName, Desired> all() {
    SortedMap<PackageName, Desired> alone = new TreeMap<>();
    SortedMap<PackageName, List<PackageName>> after = new TreeMap<>();
    for (PackageName name : config.deployed()) {
      List<Deployment> winners =
          config.problems("deployments", name).isEmpty() ? best(name) : List.of();
      alone.put(name, winners.isEmpty() ? left(name) : tie(winners).desired());
      after.put(name, winners.stream().flatMap(one -> one.after().stream()).distinct().toList());
    }
    Sequence sequence = new Sequence(after, alone, here);
    SortedMap<PackageName, Desired> ordered = new TreeMap<>();
    alone.forEach((name, desired) -> ordered.put(name, sequence.order(desired)));
    return ordered;
  }

  private Tie tie(List<Deployment> winners) {
    return new Tie(winners.stream().map(one -> new Offer(one, config, here)).toList());
  }

  private List<Deployment> best(PackageName name) {
    List<Deployment> live =
        config.deployments(name).stream()
            .filter(one -> one.select().covers(here.host()) && !one.over(here.now()))
            .toList();
    int highest = live.stream().mapToInt(Deployment::priority).max().orElse(0);
    return live.stream().filter(one -> one.priority() == highest).toList();
  }

  // With one document unread nobody knows who would have won: so nothing changes.
  private Desired left(PackageName name) {
    List<Reason> problems = config.problems("deployments", name);
    if (!problems.isEmpty()) {
      List<String> others = problems.stream().skip(1).map(Reason::toString).toList();
      return leave(name, problems.getFirst().with(others));
    }
    return config.deployments(name).stream()
        .filter(one -> one.select().covers(here.host()))
        .findFirst()
        .map(over -> leave(name, over(over)))
        .orElseGet(() -> leave(name, nothingApplies(name)));
  }

  private static Reason over(Deployment deployment) {
    return new Reason(
        ReasonCode.DEPLOYMENT_OVER,
        "%s was over at %s, so %s is left as it is"
            .formatted(deployment.title(), deployment.notAfter().orElseThrow(), deployment.name()));
  }

  private Reason nothingApplies(PackageName name) {
    List<String> evidence =
        config.deployments(name).stream()
            .map(one -> "deployment %s is for other hosts".formatted(one.id()))
            .toList();
    return new Reason(
        ReasonCode.NOT_DESIRED,
        "no deployment of %s is for this host, so it is left as it is".formatted(name),
        evidence);
  }

  private static Desired leave(PackageName name, Reason why) {
    return new Desired(
        name, new Desired.Leave(why), new Origin(Origin.Kind.DEPLOYMENT, "signed config", ""));
  }
}
