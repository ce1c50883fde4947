package io.fleetinstaller.cli;

import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Release;
import java.nio.file.Path;

/** What this program does with itself as a package. */
public interface Itself {

  /**
   * Proves, beside the daemon that runs, that this release could take its place, until the folder
   * is taken away. Changes nothing outside that folder.
   */
  void rehearse(Path config, Path folder) throws Fault, InterruptedException;

  /** Puts a release of the program onto this host and starts it, with no daemon running. */
  Release setUp(Path config, Reference what, RegistrySettings how)
      throws Fault, InterruptedException;
}
