package io.fleetinstaller.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import io.fleetinstaller.upgrade.Mishaps.Mishap;
import io.fleetinstaller.upgrade.Mishaps.Mode;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Runs the real conductor and the real journals on every route, lets something go wrong at every
 * single effect in every way, and again at every effect after that. Whatever happens, the host must
 * end at one of the two good ends by itself.
 */
class CrashEverywhereTest {
  static final PackageName OTHER = new PackageName("other");
  static final Release BYSTANDER = new Release(OTHER, new Version("7"), new Digest("7".repeat(64)));
  static final List<Release> RELEASES =
      List.of(Samples.OLDEST, Samples.OLD, Samples.NEW, Samples.NEWER, BYSTANDER);

  /** What a second mishap may be; the other modes leave no state that one of these does not. */
  private static final List<Mode> SECOND =
      List.of(Mode.KILL, Mode.ERROR_BUT_DONE, Mode.POWER_CUT, Mode.FULL, Mode.DEAF);

  /** Set it to try every second mode at every effect: five times as long. */
  private static final boolean ALL = Boolean.getBoolean("crash.all");

  private static final Logger LOG =
      (Logger) LoggerFactory.getLogger(CrashEverywhereTest.class.getPackageName());

  @BeforeAll
  static void nobody_can_read_a_million_lines() {
    LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void others_want_theirs() {
    LOG.setLevel(null);
  }

  @Tag("F11")
  @Tag("F16")
  @Test
  void whatever_goes_wrong_wherever_the_host_ends_well() {
    Queue<AssertionError> bad = new ConcurrentLinkedQueue<>();

    int runs =
        CrashRoute.all().parallelStream().mapToInt(route -> new Runs(route, bad).all()).sum();

    if (!bad.isEmpty()) {
      throw bad.remove();
    }
    System.out.printf("crash everywhere: %d runs, each ended well%n", runs);
    assertThat(runs).isGreaterThan(20_000);
  }

  /** Every run of one route, on a file system of its own. */
  private static final class Runs {
    private final FileSystem files = Jimfs.newFileSystem(Configuration.unix());
    private final CrashRoute route;
    private final Queue<AssertionError> bad;
    private int runs;

    private Runs(CrashRoute route, Queue<AssertionError> bad) {
      this.route = route;
      this.bad = bad;
    }

    private int all() {
      int effects = run(List.of());
      for (int first = 1; first <= effects; first++) {
        for (Mode mode : Mode.values()) {
          everySecond(new Mishap(first, mode));
        }
      }
      if (bad.isEmpty()) {
        System.out.printf("%-24s %3d effects %6d runs%n", route.name(), effects, runs);
      }
      return runs;
    }

    private void everySecond(Mishap first) {
      int effects = run(List.of(first));
      for (int second = first.effect() + 1; second <= effects; second++) {
        for (int turn = 0; turn < (ALL ? SECOND.size() : 1); turn++) {
          run(List.of(first, new Mishap(second, next())));
        }
      }
    }

    /** The modes take turns, so that neighbouring effects meet them all. */
    private Mode next() {
      return SECOND.get(runs % SECOND.size());
    }

    /** One story from its beginning to its end; how many effects it had. */
    private int run(List<Mishap> mishaps) {
      boolean deadly = mishaps.stream().map(Mishap::mode).anyMatch(Runs::deadly);
      if (deadly && mishaps.size() == 1) {
        run(mishaps, true);
      }
      // of a pair every other one
      return run(mishaps, deadly && mishaps.size() > 1 && runs % 2 == 0);
    }

    private static boolean deadly(Mode mode) {
      return mode == Mode.KILL || mode == Mode.POWER_CUT;
    }

    private int run(List<Mishap> mishaps, boolean guarded) {
      if (!bad.isEmpty()) {
        return 0;
      }
      runs++;
      Path root = files.getPath("/run" + runs);
      try {
        int effects = new CrashStory(route, root, mishaps, guarded).tell();
        MemoryDisk.deleteTree(root, false);
        return effects;
      } catch (Exception | AssertionError e) {
        bad.add(
            new AssertionError(
                "%s with %s%s: %s"
                    .formatted(
                        route.name(), mishaps, guarded ? " and the guard" : "", e.getMessage()),
                e));
        return 0;
      }
    }
  }
}
