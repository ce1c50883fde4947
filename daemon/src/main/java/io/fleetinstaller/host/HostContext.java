package io.fleetinstaller.host;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Time;
import java.nio.file.Path;

/**
 * What a host is opened with.
 *
 * @param packages the root of all slots
 * @param state the daemon's own state; only its user may enter
 */
public record HostContext(Path packages, Path state, Disk disk, Time time) {
  /** What the guard keeps beside the packages, for whoever loses the state. */
  public Path guard() {
    return packages.resolve(Guard.FOLDER);
  }
}
