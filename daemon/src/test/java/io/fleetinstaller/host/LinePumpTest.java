package io.fleetinstaller.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.RotatingLog;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LinePumpTest {
  @TempDir Path folder;

  @Test
  void lines_arrive_cut_to_a_sane_length_and_the_last_one_without_its_end() throws Exception {
    String endless = "x".repeat(1_000_000);

    List<String> lines = pumped("one\ntwo\r\n" + endless + "\nthe end");

    assertThat(lines).containsExactly("one", "two", "x".repeat(2000), "the end");
  }

  @Test
  void bytes_that_are_no_text_do_not_stop_it() throws Exception {
    List<String> lines = pumped("\u0000\u0007ding\nnext\n");

    assertThat(lines).hasSize(2).last().isEqualTo("next");
  }

  private List<String> pumped(String written) throws Exception {
    try (RotatingLog log = new RotatingLog(folder.resolve("a.log"), 1_000_000)) {
      new LinePump(new ByteArrayInputStream(written.getBytes(UTF_8)), log, new FakeTime()).run();
      return log.tail(Instant.EPOCH, 100);
    }
  }
}
