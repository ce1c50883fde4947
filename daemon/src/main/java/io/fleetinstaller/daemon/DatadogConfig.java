package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.RemoteUpdates;
import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The settings of a Datadog agent, of which one key may switch remote updates on or off. */
final class DatadogConfig {
  private static final int LIMIT = 1 << 20;

  private DatadogConfig() {}

  /** Reads the file only where nothing before it decides. */
  static RemoteUpdates remoteUpdates(Settings settings, Map<String, String> environment) {
    Optional<Boolean> setting = settings.policy().remoteUpdates();
    Path file = settings.paths().datadogConfig();
    if (setting.isPresent()
        || !environment.getOrDefault(RemoteUpdates.VARIABLE, "").isBlank()
        || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return RemoteUpdates.decide(setting, environment, Optional.empty());
    }
    try {
      return RemoteUpdates.decide(setting, environment, Optional.of(Bounded.read(file, LIMIT)));
    } catch (IOException e) {
      return RemoteUpdates.off(
          file.toString(),
          new Reason(
              ReasonCode.BAD_SETTINGS,
              "cannot read %s, which may forbid remote updates: %s".formatted(file, e)));
    }
  }
}
