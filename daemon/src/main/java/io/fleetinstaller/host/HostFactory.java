package io.fleetinstaller.host;

import io.fleetinstaller.release.Fault;

/** Opens the host that the daemon works on: the program of each platform brings its own. */
@FunctionalInterface
public interface HostFactory {

  /** Changes nothing on the host. */
  Host open(HostContext context) throws Fault, InterruptedException;
}
