package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import java.nio.file.Path;

/** Runs the daemon until it is told to stop. */
@FunctionalInterface
public interface DaemonStarter {

  /**
   * Returns when it was stopped in order.
   *
   * @param supervised agents run as its own children, instead of on the platform's init system
   */
  void run(Path config, boolean supervised) throws Fault, InterruptedException;
}
