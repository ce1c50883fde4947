package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that runs sees its settings while somebody works on them. */
class LiveSettingsTest {
  private static final String RESERVE = "disk: {reserve: 1GiB}\n";

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("installer.yaml");
  }

  private LiveSettings settings(boolean mayBeMissing) throws Exception {
    return new LiveSettings(file(), mayBeMissing, new FakeTime());
  }

  private static Reason error(LiveSettings settings) {
    Supplier<AssertionError> none = () -> new AssertionError("nothing is told");
    return settings.state().error().orElseThrow(none);
  }

  @Test
  void an_empty_file_is_not_written_yet() throws Exception {
    Files.writeString(file(), RESERVE);
    LiveSettings settings = settings(true);
    Files.writeString(file(), "");

    settings.look();

    assertThat(settings.now().diskReserve()).isEqualTo(1L << 30);
    assertThat(error(settings).code()).isEqualTo(ReasonCode.BAD_SETTINGS);
    assertThat(error(settings).sentence()).contains(file().toString(), "is empty or gone", "{}");
    Files.writeString(file(), "disk: {reserve: 2GiB}\n");
    settings.look();
    assertThat(settings.now().diskReserve()).isEqualTo(2L << 30);
    assertThat(settings.state().error()).isEmpty();
  }

  @Test
  void a_file_that_was_there_and_is_gone_is_not_put_back_yet() throws Exception {
    Files.writeString(file(), RESERVE);
    LiveSettings settings = settings(true);
    Files.delete(file());

    settings.look();

    assertThat(settings.now().diskReserve()).isEqualTo(1L << 30);
    assertThat(error(settings).sentence()).contains("is empty or gone");
  }

  @Test
  void a_file_that_says_so_means_the_defaults() throws Exception {
    Files.writeString(file(), RESERVE);
    LiveSettings settings = settings(true);
    Files.writeString(file(), "{}\n");

    settings.look();

    assertThat(settings.now()).isEqualTo(Settings.DEFAULT);
    assertThat(settings.state().error()).isEmpty();
  }

  @Test
  void who_began_without_settings_goes_on_without() throws Exception {
    LiveSettings missing = settings(true);
    missing.look();
    Files.writeString(file(), "");
    missing.look();

    assertThat(missing.state().error()).isEmpty();
    assertThat(settings(false).now()).isEqualTo(Settings.DEFAULT);
  }
}
