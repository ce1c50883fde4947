package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatchTest {
  @TempDir private Path folder;

  @SuppressWarnings("try")
  @Test
  void what_happens_beside_a_file_wakes_nobody() throws Exception {
    Path watched = folder.resolve("in/desired.yaml");
    Path beside = Files.createDirectories(watched.getParent()).resolve("log");
    Path next = Files.writeString(folder.resolve("next"), "new");
    LinkedBlockingQueue<Boolean> seen = new LinkedBlockingQueue<>();

    try (FileWatch watch = FileWatch.over(Set.of(watched), () -> seen.add(Files.exists(watched)))) {
      for (int i = 0; i < 100; i++) {
        Files.writeString(beside, "line " + i);
      }
      Files.move(next, watched);

      assertThat(seen.poll(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @SuppressWarnings("try")
  @Test
  void a_volume_that_is_exchanged_as_a_whole_is_seen() throws Exception {
    Path watched = folder.resolve("desired.yaml");
    LinkedBlockingQueue<Boolean> seen = new LinkedBlockingQueue<>();

    try (FileWatch watch = FileWatch.over(Set.of(watched), () -> seen.add(true))) {
      Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_11_22"));

      assertThat(seen.poll(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
