package io.fleetinstaller.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RefusalTest {
  private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant NOW = Instant.parse("2026-02-02T00:00:00Z");

  static Stream<Arguments> refusals() {
    return Stream.of(
        Arguments.of(
            new Refusal.Expired("targets", 4, THEN, NOW),
            ReasonCode.METADATA_EXPIRED,
            "targets 4: it expired at 2026-01-01T00:00:00Z and it is 2026-02-02T00:00:00Z"),
        Arguments.of(
            new Refusal.Rollback("snapshot", 3, 7),
            ReasonCode.METADATA_ROLLBACK,
            "snapshot 3: version 7 was already seen"),
        Arguments.of(
            new Refusal.Vanished("a.json", 3),
            ReasonCode.METADATA_ROLLBACK,
            "it lists no a.json, of which version 3 was already seen"),
        Arguments.of(
            new Refusal.ThresholdNotMet("root", 1, 2),
            ReasonCode.BAD_SIGNATURE,
            "root: 1 of its keys signed it and 2 must"),
        Arguments.of(
            new Refusal.HashMismatch("snapshot", "sha256", "aa", "bb"),
            ReasonCode.DIGEST_MISMATCH,
            "snapshot: its sha256 is bb, signed was aa"),
        Arguments.of(
            new Refusal.LengthMismatch("snapshot", 5, 6),
            ReasonCode.SIZE_MISMATCH,
            "snapshot: it has 6 bytes, signed were 5"),
        Arguments.of(
            new Refusal.TooMuch("root", 9, 8), ReasonCode.TOO_LARGE, "9 are more than the 8"),
        Arguments.of(
            new Refusal.VersionMismatch("targets", 2, 3),
            ReasonCode.METADATA_MISMATCH,
            "targets 3: version 2 was announced"),
        Arguments.of(new Refusal.UnknownTarget("a/b"), ReasonCode.NOT_FOUND, "target a/b"),
        Arguments.of(
            new Refusal.UnknownRole("a", "snapshot"),
            ReasonCode.METADATA_MISMATCH,
            "a: the snapshot does not list it"),
        Arguments.of(
            new Refusal.Malformed("root", "why"), ReasonCode.MALFORMED, "cannot read root: why"),
        Arguments.of(
            new Refusal.StoreCorrupt("set", "why"),
            ReasonCode.STATE_DAMAGED,
            "cannot use the stored set: why"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void a_refusal_says_what_disagreed(Refusal refusal, ReasonCode code, String sentence) {
    Untrusted thrown = new Untrusted(refusal);

    assertThat(thrown.refusal()).isEqualTo(refusal);
    assertThat(refusal.reason().code()).isEqualTo(code);
    assertThat(thrown).hasMessageContaining(sentence).hasMessageStartingWith("cannot ");
  }

  @Test
  void a_store_begins_without_a_proven_time() throws Exception {
    assertThat(new Client(new FakeRepository()).store().provenTime()).isEqualTo(Instant.EPOCH);
  }

  @Test
  void what_is_no_file_is_set_aside_and_counts_as_none(@TempDir Path temporary) throws Exception {
    Path folder = temporary.resolve("trust");
    byte[] root = new FakeRepository().files.get("metadata/1.root.json");
    Store store = Store.open(new DurableDisk(), folder, root);
    Files.createDirectory(folder.resolve("snapshot.json"));

    assertThat(store.read("snapshot")).isEmpty();

    assertThat(folder.resolve("snapshot.json.corrupt")).isDirectory();
  }

  @Test
  void what_stands_where_the_folder_should_be_is_set_aside(@TempDir Path temporary)
      throws Exception {
    byte[] root = new FakeRepository().files.get("metadata/1.root.json");
    Path file = Files.createFile(temporary.resolve("trust"));

    Store.open(new DurableDisk(), file, root);

    assertThat(file).isDirectory();
    assertThat(temporary.resolve("trust.corrupt")).isRegularFile();
  }
}
