package io.fleetinstaller.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.io.DurableDisk;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A poll is cut short at every single change that it makes to the disk. */
class SourceCrashTest {
  private static final String OLD = "the deployment";
  private static final String NEW = "another deployment";

  @TempDir private Path published;
  private final Path folder = Jimfs.newFileSystem(Configuration.unix()).getPath("/work");

  @ParameterizedTest
  @EnumSource
  void wherever_a_poll_ends_the_config_is_the_old_or_the_new_one_whole(StrickenDisk.Trouble trouble)
      throws Exception {
    boolean struck = true;
    for (int at = 1; struck; at++) {
      struck = strikes(trouble, at);
    }
  }

  @Test
  void a_first_poll_that_is_cut_short_leaves_nothing_that_the_next_stumbles_over()
      throws Exception {
    boolean struck = true;
    for (int at = 1; struck; at++) {
      StrickenDisk disk = new StrickenDisk(StrickenDisk.Trouble.KILL_AFTER, at);
      try (Follower host = new Follower(folder.resolve("first-" + at))) {
        host.carried(published.resolve("first-" + at));
        host.disk = disk;
        poll(host);
        host.disk = new DurableDisk();
        host.restarted();

        SourceState state = host.poll();

        assertThat(state.problem()).as("after change %d", at).isEmpty();
        assertThat(deployment(state)).isEqualTo(OLD);
      }
      struck = disk.struck();
    }
  }

  private boolean strikes(StrickenDisk.Trouble trouble, int at) throws Exception {
    StrickenDisk disk = new StrickenDisk(trouble, at);
    try (Follower host = new Follower(folder.resolve(trouble + "-" + at))) {
      Path repository = published.resolve(trouble + "-" + at);
      host.carried(repository);
      host.settled().deploy(NEW);
      host.carried(repository);
      host.disk = disk;
      poll(host);
      host.disk = new DurableDisk();

      String stored = deployment(host.restarted());
      SourceState polled = host.poll();

      assertThat(stored).as("after change %d", at).isIn(OLD, NEW);
      assertThat(polled.problem()).as("after change %d", at).isEmpty();
      assertThat(deployment(polled)).isEqualTo(NEW);
      assertThat(polled.config().orElseThrow().actFrom())
          .as("a change is held off also over a crash")
          .isAfter(Follower.NOW);
    }
    return disk.struck();
  }

  private static void poll(Follower host) throws InterruptedException {
    try {
      host.restarted();
      host.poll();
    } catch (StrickenDisk.Killed _) {
      // The next start finds what is left.
    }
  }

  private static String deployment(SourceState state) {
    Map<String, String> texts = Follower.texts(state.config().orElseThrow());
    assertThat(texts).containsEntry(Follower.CATALOG, "the catalog");
    return texts.get(Follower.DEPLOYMENT);
  }
}
