package io.fleetinstaller.diagnose;

import io.fleetinstaller.io.Programs;
import io.fleetinstaller.io.Time;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where to look.
 *
 * @param units folders with unit files, the administrator's first
 * @param desired the desired file, if the host follows one
 * @param environment whose names, and only those, are told
 * @param version of this program
 * @param refused why the settings are not what they say; empty: they are good
 */
public record Scene(
    Path config,
    Path packages,
    Path state,
    Path socket,
    Path trustRoot,
    Optional<Path> desired,
    List<Path> units,
    Map<String, String> environment,
    String version,
    String refused,
    Programs programs,
    Time time) {
  public Scene {
    units = List.copyOf(units);
    environment = Map.copyOf(environment);
  }
}
