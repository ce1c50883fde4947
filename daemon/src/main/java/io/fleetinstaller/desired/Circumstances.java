package io.fleetinstaller.desired;

import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.time.Instant;
import java.util.Map;

/**
 * Everything beside signed config that decides what this host should have.
 *
 * @param running what each package's current slot holds; none: it is not there
 * @param now taken once, never before a time already proven
 */
public record Circumstances(
    HostFacts host,
    HostPolicy policy,
    RemoteUpdates remoteUpdates,
    Map<PackageName, Release> running,
    Instant now) {
  public Circumstances {
    running = Map.copyOf(running);
  }
}
