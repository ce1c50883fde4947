package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.report.CheckupReport;
import java.nio.file.Path;

/** Looks at this host without a daemon: for {@code doctor} when none answers. */
@FunctionalInterface
public interface Checkup {
  CheckupReport examine(Path config) throws Fault;
}
