package io.fleetinstaller.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
final class FaultPointsTest {
  private static final int ENDED_BY_KILL = 128 + Signals.KILL;
  private static final String POINT = "replace armed";

  @TempDir Path folder;
  private final List<String> made = new CopyOnWriteArrayList<>();

  @Test
  void an_effect_fails_at_its_occurrence_and_at_no_other() throws Exception {
    FaultPoints points = points("2 before eio 1 append journals");

    pass(points, "append journals");
    pass(points, "replace armed");
    assertThatThrownBy(() -> pass(points, "append journals")).hasMessage("Input/output error");
    pass(points, "append journals");

    assertThat(made).containsExactly("append journals", "replace armed", "append journals");
    assertThat(folder.resolve("fired")).content().contains("eio at append journals");
  }

  @Test
  void an_effect_that_fails_after_it_was_made_was_made() throws Exception {
    FaultPoints points = points("1 after eio 1 point current");

    assertThatThrownBy(() -> pass(points, "point current")).isInstanceOf(IOException.class);

    assertThat(made).containsExactly("point current");
  }

  @Test
  void on_a_full_disk_only_what_needs_room_fails_and_as_often_as_asked() throws Exception {
    FaultPoints points = points("1 before enospc 2 *");

    assertThatThrownBy(() -> pass(points, "replace armed")).hasMessage("No space left on device");
    points.pass("delete armed", false, () -> made.add("delete armed"));
    assertThatThrownBy(() -> pass(points, "create journals")).isInstanceOf(IOException.class);
    pass(points, "replace armed");

    assertThat(made).containsExactly("delete armed", "replace armed");
  }

  @ParameterizedTest
  @CsvSource({"kill, before", "kill, after", "die, before", "die, after"})
  void a_daemon_that_is_killed_does_not_one_thing_more(String manner, String when)
      throws Exception {
    strikes("1 %s %s 1 %s".formatted(when, manner, POINT));

    int status = Daemon.start(folder).waitFor();

    assertThat(status).as(said()).isEqualTo(ENDED_BY_KILL);
    assertThat(Files.exists(folder.resolve(Daemon.MADE))).isEqualTo(when.equals("after"));
    assertThat(folder.resolve(Daemon.WENT_ON)).doesNotExist();
    assertFired(manner);
    assertThat(Files.exists(folder.resolve("dead"))).isEqualTo(manner.equals("die"));
  }

  @ParameterizedTest
  @CsvSource({"before", "after"})
  void a_daemon_that_is_stopped_goes_on_when_it_is_let(String when) throws Exception {
    strikes("1 %s stop 1 %s".formatted(when, POINT));
    Process daemon = Daemon.start(folder);
    try {
      await(() -> Daemon.isStopped(daemon));
      boolean madeByThen = Files.exists(folder.resolve(Daemon.MADE));
      boolean onByThen = Files.exists(folder.resolve(Daemon.WENT_ON));

      Daemon.letGoOn(daemon);

      assertThat(daemon.waitFor()).isZero();
      assertThat(madeByThen).isEqualTo(when.equals("after"));
      assertThat(onByThen).isFalse();
      assertThat(folder.resolve(Daemon.MADE)).exists();
      assertThat(folder.resolve(Daemon.WENT_ON)).exists();
      assertFired("stop");
    } finally {
      daemon.destroyForcibly();
    }
  }

  @Test
  void an_effect_that_is_slow_waits_for_its_time_and_holds_up_no_other() throws Exception {
    FaultPoints points = points("1 before slow 3600000 " + POINT);
    Thread slow = passing(points);
    awaitState(slow, Thread.State.TIMED_WAITING);

    pass(points, "append journals");
    List<String> meanwhile = List.copyOf(made);
    LockSupport.unpark(slow);
    slow.join();

    assertThat(meanwhile).containsExactly("append journals");
    assertThat(made).containsExactly("append journals", POINT);
  }

  @Test
  void an_effect_that_was_slow_is_made_after_all_and_slow_no_more() throws Exception {
    FaultPoints points = points("1 before slow 1 " + POINT);

    pass(points, POINT);
    pass(points, POINT);

    assertThat(made).containsExactly(POINT, POINT);
    assertFired("slow");
  }

  @ParameterizedTest
  @CsvSource({"cut, before", "cut, after", "cut-dead, before", "cut-dead, after"})
  void an_effect_at_which_the_power_is_to_be_cut_waits_for_that_and_holds_up_no_other(
      String manner, String when) throws Exception {
    FaultPoints points = points("1 %s %s 1 %s".formatted(when, manner, POINT));

    Thread cut = passing(points);
    awaitState(cut, Thread.State.WAITING);
    boolean madeByThen = made.contains(POINT);
    pass(points, "append journals");

    assertThat(madeByThen).isEqualTo(when.equals("after"));
    assertThat(made).contains("append journals");
    assertFired(manner);
    assertThat(Files.exists(folder.resolve("dead"))).isEqualTo(manner.equals("cut-dead"));
  }

  @Test
  void a_strike_happens_once_also_across_a_restart() throws Exception {
    FaultPoints before = points("1 before eio 1 replace armed", "1 before eio 1 point current");
    assertThatThrownBy(() -> pass(before, "replace armed")).isInstanceOf(IOException.class);

    FaultPoints after = new FaultPoints(here());
    pass(after, "replace armed");
    assertThatThrownBy(() -> pass(after, "point current")).isInstanceOf(IOException.class);

    assertThat(new FaultPoints(here())).isNotNull();
    assertThat(folder.resolve("switch")).isEmptyFile();
  }

  @Test
  void occurrences_are_counted_on_in_the_daemon_that_comes_next() throws Exception {
    FaultPoints before = points("2 before eio 1 replace armed", "1 before eio 1 replace armed");
    pass(before, "replace armed");
    FaultPoints after = new FaultPoints(here());

    assertThatThrownBy(() -> pass(after, "replace armed")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> pass(before, "replace armed")).isInstanceOf(IOException.class);
    pass(before, "replace armed");

    assertThat(made).hasSize(2);
  }

  @Test
  void a_switch_that_others_may_touch_is_refused() throws Exception {
    points("1 before kill 1 replace armed");
    Files.setPosixFilePermissions(
        folder.resolve("switch"), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> new FaultPoints(here())).hasMessageContaining("mode 0600");
  }

  @Test
  void a_switch_of_somebody_else_is_refused() throws Exception {
    points("1 before kill 1 replace armed");
    FaultSwitch ofAnother = new FaultSwitch(folder, "somebody-else");

    assertThatThrownBy(() -> new FaultPoints(ofAnother)).hasMessageContaining("somebody-else");
  }

  @Test
  void without_a_switch_nothing_goes_wrong() throws Exception {
    FaultPoints points = new FaultPoints(here());

    pass(points, "replace armed");

    assertThat(made).containsExactly("replace armed");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void effects_are_recorded_when_asked_for() throws Exception {
    Files.createFile(folder.resolve("record"));
    FaultPoints points = new FaultPoints(here());

    pass(points, "replace armed");
    pass(points, "point current");

    assertThat(folder.resolve("record")).hasContent("replace armed\npoint current\n");
  }

  private FaultPoints points(String... strikes) throws IOException {
    strikes(strikes);
    return new FaultPoints(here());
  }

  private void strikes(String... strikes) throws IOException {
    Path file = folder.resolve("switch");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(file, List.of(strikes));
  }

  private FaultSwitch here() {
    return Daemon.switchIn(folder);
  }

  private void pass(FaultPoints points, String name) throws Exception {
    points.pass(name, true, () -> made.add(name));
  }

  /** A thread that comes to the point, and may stay there for ever. */
  private Thread passing(FaultPoints points) {
    return Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            pass(points, POINT);
          } catch (Exception e) {
            made.add(e.toString());
          }
        });
  }

  private void assertFired(String manner) {
    assertThat(folder.resolve("fired")).content().contains(" %s at %s\n".formatted(manner, POINT));
    assertThat(folder.resolve("switch")).isEmptyFile();
  }

  private String said() throws IOException {
    return Files.readString(folder.resolve("said"));
  }

  private static void awaitState(Thread thread, Thread.State state) throws Exception {
    await(() -> thread.getState() == state || !thread.isAlive());
    assertThat(thread.getState()).isEqualTo(state);
  }

  /** Until it holds, or the time of the test is over. */
  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      Thread.onSpinWait();
    }
  }

  /** A process of its own, which makes a file at the point and another one behind it. */
  static final class Daemon {
    static final String MADE = "made";
    static final String WENT_ON = "went-on";

    private Daemon() {}

    static Process start(Path folder) throws IOException {
      return new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "--enable-native-access=ALL-UNNAMED",
              "-cp",
              System.getProperty("java.class.path"),
              Daemon.class.getName(),
              folder.toString())
          .redirectErrorStream(true)
          .redirectOutput(folder.resolve("said").toFile())
          .start();
    }

    public static void main(String[] args) throws Exception {
      Path folder = Path.of(args[0]);
      new FaultPoints(switchIn(folder))
          .pass(POINT, true, () -> Files.createFile(folder.resolve(MADE)));
      Files.createFile(folder.resolve(WENT_ON));
    }

    static FaultSwitch switchIn(Path folder) {
      return new FaultSwitch(folder, System.getProperty("user.name"));
    }

    static void letGoOn(Process daemon) throws Exception {
      ProcessBuilder kill = new ProcessBuilder("kill", "-CONT", Long.toString(daemon.pid()));
      assertThat(kill.start().waitFor()).isZero();
    }

    /** As the kernel tells, behind the name of its program. */
    static boolean isStopped(Process daemon) throws IOException {
      String told = Files.readString(Path.of("/proc", Long.toString(daemon.pid()), "stat"));
      return told.substring(told.lastIndexOf(')')).startsWith(") T ");
    }
  }
}
