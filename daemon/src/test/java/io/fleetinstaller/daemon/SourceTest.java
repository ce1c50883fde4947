package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.source.Site;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a poll brings is worth another look only if it is something else. */
class SourceTest {
  @TempDir private Path folder;
  private final Semaphore polls = new Semaphore(0);
  private SignedStage signed;
  private LiveSettings settings;
  private Source source;

  @BeforeEach
  void open() throws Exception {
    signed = new SignedStage(folder);
    signed.deploy(signed.one, "");
    settings = new LiveSettings(folder.resolve("installer.yaml"), false, signed.stage.time);
    source =
        new Source(
            new Site(
                folder.resolve("state"),
                new DurableDisk(),
                signed.stage.time,
                new Random(1),
                Map.of()),
            System.getProperty("user.name"),
            polls::release);
  }

  @AfterEach
  void close() throws Exception {
    source.close();
    signed.stage.close();
  }

  @Test
  void the_first_config_is_worth_a_look() throws Exception {
    assertThat(isWorthALook()).isTrue();

    assertThat(source.state().asked().names()).containsExactly(new PackageName("agent"));
  }

  @Test
  void a_poll_that_brings_nothing_is_worth_none_and_counts_as_a_contact() throws Exception {
    isWorthALook();

    assertThat(isWorthALook()).isFalse();

    assertThat(source.state().lastGood()).contains(signed.stage.time.now());
  }

  @Test
  void another_config_is_worth_a_look() throws Exception {
    isWorthALook();
    signed.deploy(signed.two, "");

    assertThat(isWorthALook()).isTrue();
  }

  @Test
  void a_repository_that_goes_away_is_worth_a_look_and_one_that_comes_back() throws Exception {
    isWorthALook();
    Files.move(signed.site, folder.resolve("away"));
    boolean gone = isWorthALook();
    boolean stillGone = isWorthALook();
    Files.move(folder.resolve("away"), signed.site);

    assertThat(isWorthALook()).isTrue();

    assertThat(gone).isTrue();
    assertThat(stillGone).isFalse();
  }

  /** A look that begins a poll, which nobody waits for, and what comes of it. */
  private boolean isWorthALook() throws Exception {
    signed.stage.time.pass(Duration.ofHours(1));
    source.look(settings.now(), false);
    polls.acquire();
    return source.polled();
  }
}
