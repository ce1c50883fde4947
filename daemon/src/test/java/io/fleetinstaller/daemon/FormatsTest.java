package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Frozen;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a candidate of the daemon may write before it is confirmed. */
class FormatsTest {

  @ParameterizedTest
  @CsvSource({
    "policy, policy.json",
    "trust, floors.json",
    "trust, accepted.json",
    "source, notes.json",
    "slot, release.json",
    "slot, valid",
  })
  void every_format_that_is_written_is_one_that_is_frozen(String name, String file)
      throws Exception {
    Document frozen = Document.json(file, Frozen.bytes(file));

    assertThat(Formats.now())
        .containsEntry(name, frozen.number("formatVersion", 1, Long.MAX_VALUE));
  }

  @Test
  void what_one_writes_the_other_reads() {
    assertThat(Formats.unreadable(Formats.now())).isEmpty();
  }

  @Test
  void a_newer_format_or_a_new_state_cannot_be_read() {
    TreeMap<String, Long> next = new TreeMap<>(Formats.now());
    next.put("journal", 2L);
    next.put("dreams", 1L);

    assertThat(Formats.unreadable(next)).isEqualTo(Map.of("journal", 2L, "dreams", 1L));
  }
}
