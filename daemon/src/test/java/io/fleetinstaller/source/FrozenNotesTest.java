package io.fleetinstaller.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Frozen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the source keeps in format 1 is read, and written, for ever. */
class FrozenNotesTest {
  @TempDir Path folder;

  @Test
  void notes() throws Exception {
    Path file = Frozen.copy("notes.json", folder);

    Notes read = Notes.read(folder, new DurableDisk());
    read.write(folder, new DurableDisk());

    assertThat(read.actFrom()).isEqualTo(Instant.parse("2026-01-02T03:04:35Z"));
    assertThat(read.config()).isNotNull();
    assertThat(Frozen.tree(Files.readAllBytes(file)))
        .isEqualTo(Frozen.tree(Frozen.bytes("notes.json")));
  }
}
