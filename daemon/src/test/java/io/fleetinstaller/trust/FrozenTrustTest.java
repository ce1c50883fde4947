package io.fleetinstaller.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Frozen;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The trust memory of format 1 is read, and written, for ever. */
class FrozenTrustTest {
  private static final Floors FLOORS =
      new Floors(
          new TreeMap<>(
              Map.of(
                  "timestamp",
                  new Floors.Mark(
                      new TreeMap<>(Map.of("timestamp.json", 9L, "snapshot.json", 7L)),
                      Set.of("k1", "k2"),
                      1))),
          Instant.parse("2026-01-02T03:04:05Z"),
          "a1b2",
          3);

  @Test
  void floors() throws Exception {
    byte[] frozen = Frozen.bytes("floors.json");

    Floors read = FloorsFormat.read(frozen);

    assertThat(read).isEqualTo(FLOORS);
    assertThat(FloorsFormat.read(FloorsFormat.bytes(FLOORS))).isEqualTo(FLOORS);
    assertThat(Frozen.tree(FloorsFormat.bytes(FLOORS)).keySet())
        .isEqualTo(Frozen.tree(frozen).keySet());
  }

  @Test
  void what_was_accepted() throws Exception {
    byte[] frozen = Frozen.bytes("accepted.json");

    SortedMap<String, byte[]> read = AcceptedFormat.read(frozen);

    assertThat(read.get("root")).asString().isEqualTo("{}");
    assertThat(Frozen.tree(AcceptedFormat.bytes(read))).isEqualTo(Frozen.tree(frozen));
  }
}
