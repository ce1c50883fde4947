package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who decides whether remote updates are on. */
final class DatadogConfigTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"'', false", "' ', false", "true, true", "false, false"})
  void the_environment_comes_before_the_file_and_says_nothing_when_it_is_blank(
      String variable, boolean on) throws Exception {
    Path datadog = Files.writeString(folder.resolve("datadog.yaml"), "remote_updates: false\n");
    Path file =
        Files.writeString(
            folder.resolve("installer.yaml"), "paths: {datadogConfig: %s}\n".formatted(datadog));
    Settings settings = SettingsFile.read(file, false);

    assertThat(DatadogConfig.remoteUpdates(settings, Map.of("DD_REMOTE_UPDATES", variable)).on())
        .isEqualTo(on);
  }
}
