package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.io.Needs;
import io.fleetinstaller.release.Release;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk under the daemon's state that the kernel made read-only after an error. */
class ReadOnlyStateTest {
  @TempDir Path folder;
  private Stage stage;
  private boolean mounted;

  @BeforeEach
  void open() throws Exception {
    stage = new Stage(folder);
  }

  @AfterEach
  void close() throws Exception {
    try {
      stage.close();
    } finally {
      if (mounted) {
        run("umount", "-l", state());
      }
    }
  }

  @Test
  void it_starts_leaves_the_agent_running_tells_why_and_begins_nothing() throws Exception {
    Release one = stage.release("1");
    stage.desire(one);
    stage.start().poll();
    stage.close();
    mounted = run("mount", "--bind", state(), state());
    Needs.the(mounted && run("mount", "-o", "remount,bind,ro", state()), "the right to mount");
    stage.desire(stage.release("2"));

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.problems()).contains(state(), "read-only");
    assertThat(stage.complaints()).contains("read-only");
    assertThat(run("mount", "-o", "remount,bind,rw", state())).isTrue();
    stage.order(Verb.UPGRADE);
    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.problems()).isEmpty();
  }

  private String state() {
    return folder.resolve("state").toString();
  }

  private static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
  }
}
