package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import java.nio.file.Path;
import java.util.List;

/** Writes all there is to know about this host into one file, for {@code diagnose}. */
@FunctionalInterface
public interface Diagnoser {

  /** Writes the archive; returns what could not be had, and why. */
  List<String> write(Path config, Path socket, Path output) throws Fault, InterruptedException;
}
