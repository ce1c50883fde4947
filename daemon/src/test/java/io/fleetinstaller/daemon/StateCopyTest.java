package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.DurableDisk;
import java.io.RandomAccessFile;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateCopyTest {
  @TempDir Path folder;

  @Test
  void what_was_set_aside_keeps_no_candidate_from_its_rehearsal() throws Exception {
    Path state = Files.createDirectories(folder.resolve("state"));
    Files.writeString(state.resolve("policy.json"), "{}");
    Files.createDirectories(state.resolve("journals.corrupt/agent"));
    Files.writeString(state.resolve("journals.corrupt/agent/1.journal"), "?");
    try (RandomAccessFile huge =
        new RandomAccessFile(state.resolve("policy.json.corrupt").toFile(), "rw")) {
      huge.setLength(3L << 30);
    }

    StateCopy.make(state, folder.resolve("copy"), new DurableDisk());

    assertThat(folder.resolve("copy")).isDirectoryContaining("glob:**policy.json");
    assertThat(folder.resolve("copy/policy.json.corrupt")).doesNotExist();
    assertThat(folder.resolve("copy/journals.corrupt")).doesNotExist();
  }

  @Tag("F05")
  @Test
  void what_cannot_be_read_keeps_no_candidate_from_its_rehearsal() throws Exception {
    Path state = Files.createDirectories(folder.resolve("state/journals/agent"));
    Path lost = state.resolve("00000001.journal");
    Files.writeString(lost, "?");
    Files.writeString(state.resolve("00000002.journal"), "well");
    StateCopy.Reading reading =
        (file, most) -> {
          if (file.equals(lost)) {
            throw new FileSystemException(file.toString(), null, "Input/output error");
          }
          return Bounded.read(file, most);
        };

    StateCopy.make(folder.resolve("state"), folder.resolve("copy"), new DurableDisk(), reading);

    assertThat(folder.resolve("copy/journals/agent/00000002.journal")).hasContent("well");
    assertThat(folder.resolve("copy/journals/agent/00000001.journal")).doesNotExist();
  }
}
