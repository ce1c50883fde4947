package io.fleetinstaller.daemon;

import io.fleetinstaller.daemon.Settings.From;
import io.fleetinstaller.diagnose.Diagnosis;
import io.fleetinstaller.diagnose.Scene;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out where to look on this host; bad settings only make it look at the usual places. */
public final class Diagnosing {
  private static final Logger LOG = LoggerFactory.getLogger(Diagnosing.class);

  private Diagnosing() {}

  /**
   * What the platform brings.
   *
   * @param units folders with unit files
   * @param tools programs that the host needs
   */
  public record Means(
      Programs programs,
      Time time,
      Map<String, String> environment,
      List<Path> units,
      List<String> tools) {
    public Means {
      environment = Map.copyOf(environment);
      units = List.copyOf(units);
      tools = List.copyOf(tools);
    }
  }

  /** Ready to be written. */
  public static Diagnosis of(Path config, Path socket, Means means) {
    Optional<Settings> settings = settings(config, means.time());
    Settings.Paths paths = settings.map(Settings::paths).orElse(Settings.Paths.DEFAULT);
    Scene scene =
        new Scene(
            config,
            paths.packages(),
            paths.state(),
            socket,
            paths.trustRoot(),
            settings.flatMap(Diagnosing::desired),
            means.units(),
            means.environment(),
            Facts.version(),
            means.programs(),
            means.time());
    return new Diagnosis(scene, () -> checkup(config, means));
  }

  private static String checkup(Path config, Means means) throws Fault {
    return new String(
        Json.bytes(Doctor.withoutDaemon(config, means.tools(), means.time()).tree().entries()),
        StandardCharsets.UTF_8);
  }

  private static Optional<Settings> settings(Path config, Time time) {
    try {
      return Optional.of(new LiveSettings(config, true, time).now());
    } catch (Fault fault) {
      LOG.warn("{}; looking at the usual places", fault.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<Path> desired(Settings settings) {
    return switch (settings.source()) {
      case From.DesiredFile(Path file) -> Optional.of(file);
      case From.Nowhere _, From.Signed _ -> Optional.empty();
    };
  }
}
