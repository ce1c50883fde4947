package io.fleetinstaller.desired;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.PackageName;
import java.util.SortedMap;
import java.util.TreeMap;

/** What signed config and host policy together want of each package on this host. Pure. */
public final class Wanted {

  private Wanted() {}

  /**
   * The wish of each package that signed config speaks of. The one of highest priority among the
   * deployments that are for this host wins; what it waits for, and until when, is in the wish.
   */
  public static SortedMap<PackageName, Desired> of(
      RemoteConfig config, Circumstances circumstances) {
    SortedMap<PackageName, Desired> all = new TreeMap<>();
    for (PackageName name : config.names()) {
      throw new UnsupportedOperationException(name + " at " + circumstances.now());
    }
    return all;
  }
}
