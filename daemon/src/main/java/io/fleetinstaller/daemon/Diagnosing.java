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

/** Finds out where to look on this host; bad settings only keep it from the desired file. */
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
    Optional<Settings> settings = Optional.empty();
    String refused = "";
    try {
      settings = Optional.of(new LiveSettings(config, true, means.time()).now());
    } catch (Fault fault) {
      refused = fault.reason().sentence();
      LOG.warn("{}; looking where its paths lead, if they can be read", refused);
    }
    Settings.Paths paths =
        settings.map(Settings::paths).orElseGet(() -> SettingsFile.paths(config));
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
            refused,
            means.programs(),
            means.time());
    return new Diagnosis(scene, () -> checkup(config, means));
  }

  private static String checkup(Path config, Means means) throws Fault {
    return new String(
        Json.bytes(Doctor.withoutDaemon(config, means.tools(), means.time()).tree().entries()),
        StandardCharsets.UTF_8);
  }

  private static Optional<Path> desired(Settings settings) {
    return switch (settings.source()) {
      case From.DesiredFile(Path file) -> Optional.of(file);
      case From.Nowhere _, From.Signed _ -> Optional.empty();
    };
  }
}
