package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Behaviour;
import io.fleetinstaller.host.Fired;
import io.fleetinstaller.host.Guard;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.SlotsOnDisk;
import io.fleetinstaller.io.ChildPrograms;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the guard's script does with what was armed, on real files and a systemctl that listens. */
final class GuardScriptTest {
  private static final PackageName AGENT = new PackageName("agent");
  private static final String UNIT = "agent.service";
  private static final String OTHER = "agent-helper.service";
  private static final String CONFIRM = "0123abcd {\"at\":\"x\",\"done\":\"CONFIRM\"}\n";
  private static final String WELL = "0123abcd {\"at\":\"x\",\"well\":true}\n";
  private static final String PAUSED = "0123abcd {\"at\":\"x\",\"paused\":true}\n";
  private static final String RESERVE = "\0".repeat(1000);

  @TempDir Path root;
  private final List<String> asked = new ArrayList<>();
  private Path etc;
  private Path journal;
  private SystemdGuard guard;
  private SlotsOnDisk slots;
  private Slot old;
  private Slot next;

  @BeforeEach
  void a_host_before_the_switch() throws Exception {
    etc = Files.createDirectories(root.resolve("etc"));
    journal = root.resolve("journal");
    Files.writeString(journal, "0123abcd {\"format\":1}\n" + RESERVE);
    Path packages = root.resolve("packages");
    slots = new SlotsOnDisk(packages);
    old = whole(slots.slot(AGENT, "1.0", Map.of(UNIT, Behaviour.SERVES)));
    next = whole(slots.slot(AGENT, "2.0", Map.of(UNIT, Behaviour.SERVES, OTHER, Behaviour.SERVES)));
    slots.point(old);
    Files.writeString(etc.resolve(UNIT), "[Service]\n# of 1.0\n");
    guard =
        new SystemdGuard(
            new HostContext(packages, root.resolve("state"), new DurableDisk(), new FakeTime()),
            this::systemctl,
            new Deadline.Places(etc, root.resolve("run")));
  }

  @Tag("F44")
  @Test
  void it_goes_back_to_the_old_copy_and_leaves_its_mark() throws Exception {
    arm(Optional.of(old), Optional.of(next));
    switchTo(next);

    String calls = script("fire", "agent");

    assertThat(current()).isEqualTo(old.release().slotName());
    assertThat(etc.resolve(UNIT)).content().contains("agent/current/bin/agent.service");
    assertThat(etc.resolve(OTHER)).doesNotExist();
    assertThat(guard.fired(AGENT)).map(Fired::why).contains(Fired.Why.DEADLINE);
    assertThat(guard.armed(AGENT)).isEmpty();
    assertThat(calls.lines())
        .containsSubsequence(
            "stop agent-helper.service agent.service",
            "disable --no-reload agent-helper.service",
            "daemon-reload",
            "reset-failed agent.service",
            "start --no-block agent.service");
  }

  @ParameterizedTest
  @ValueSource(strings = {"emptied", "deleted", "a folder"})
  void a_daemon_that_starts_brings_the_script_back_while_anything_is_armed(String damage)
      throws Exception {
    arm(Optional.of(old), Optional.of(next));
    switchTo(next);
    Files.delete(script());
    switch (damage) {
      case "emptied" -> Files.createFile(script());
      case "a folder" -> Files.createDirectory(script());
      default -> assertThat(script()).doesNotExist();
    }

    guard.mend(List.of());
    boolean there = Files.isRegularFile(script());
    script("fire", "agent");

    assertThat(there).isTrue();
    assertThat(current()).isEqualTo(old.release().slotName());
  }

  @Test
  void a_daemon_that_starts_brings_units_back_that_the_armed_guard_needs() throws Exception {
    arm(Optional.of(old), Optional.of(next));
    Path unit = etc.resolve("fleet-installer-ended@.service");
    Files.delete(unit);
    asked.clear();

    guard.mend(List.of());

    assertThat(unit).exists();
    assertThat(asked).contains("systemctl daemon-reload");
  }

  @Test
  void over_a_daemon_on_trial_watches_the_guard_of_the_one_before() throws Exception {
    arm(Optional.of(old), Optional.of(next));
    Path records = root.resolve("state/armed");
    Path own = Files.copy(records.resolve("agent"), records.resolve("fleet-installer"));
    Files.writeString(script(), "# of another version");

    guard.mend(List.of());
    String onTrial = Files.readString(script());
    Files.delete(own);
    guard.mend(List.of());

    assertThat(onTrial).isEqualTo("# of another version");
    assertThat(script()).content().startsWith("#!/bin/sh");
  }

  @Test
  void where_nothing_is_armed_there_is_nothing_to_bring_back() throws Exception {
    guard.mend(List.of());

    assertThat(script()).doesNotExist();
  }

  @Test
  void done_twice_it_changes_nothing_more() throws Exception {
    arm(Optional.of(old), Optional.of(next));
    switchTo(next);
    script("fire", "agent");

    String calls = script("fire", "agent");

    assertThat(calls).isEmpty();
    assertThat(current()).isEqualTo(old.release().slotName());
  }

  @Test
  void what_was_interrupted_anywhere_is_ended_by_the_next_go() throws Exception {
    for (int kept = 0; kept < 3; kept++) {
      a_host_before_the_switch();
      arm(Optional.of(old), Optional.of(next));
      switchTo(next);
      // as if power had gone after so many of its renames
      List<String> renames = lines("rename=");
      for (String line : renames.subList(0, Math.min(kept, renames.size()))) {
        String[] paths = line.split("\t", -1);
        new DurableDisk().delete(Path.of(paths[1]));
        Files.move(Path.of(paths[0]), Path.of(paths[1]));
      }

      script("boot");

      assertThat(current()).isEqualTo(old.release().slotName());
      assertThat(etc.resolve(UNIT)).content().contains("agent/current");
      Files.deleteIfExists(root.resolve("state/fired/agent.boot"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {CONFIRM, WELL + CONFIRM, CONFIRM + PAUSED})
  void a_confirmed_upgrade_is_left_alone_whenever_it_comes(String lines) throws Exception {
    arm(Optional.of(old), Optional.of(next));
    switchTo(next);
    tell(lines);

    String calls = script("fire", "agent");

    assertThat(current()).isEqualTo(next.release().slotName());
    assertThat(guard.fired(AGENT)).isEmpty();
    assertThat(guard.armed(AGENT)).isEmpty();
    assertThat(etc.resolve(UNIT + ".d")).isEmptyDirectory();
    assertThat(calls.lines())
        .contains("start --no-block agent-helper.service", "start --no-block agent.service");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0123abcd {\"at\":\"x\",\"done\":\"CONFI",
        "0123abcd {\"at\":\"x\",\"done\":\"CONFIRM\"}",
        "0123abcd {\"at\":\"x\",\"done\":\"OBSERVE\",\"notes\":[\"\\\"done\\\":\\\"CONFIRM\\\"\"]}\n",
        "{\"at\":\"x\",\"done\":\"CONFIRM\"}\n"
      })
  void a_torn_or_quoted_confirmation_is_none(String lines) throws Exception {
    arm(Optional.of(old), Optional.of(next));
    switchTo(next);
    tell(lines);

    script("fire", "agent");

    assertThat(current()).isEqualTo(old.release().slotName());
  }

  @Test
  void an_old_copy_that_is_not_whole_is_not_gone_back_to() throws Exception {
    arm(Optional.of(old), Optional.of(next));
    switchTo(next);
    Files.delete(old.path().resolve(".fleet-installer/valid"));

    script("fire", "agent");

    assertThat(current()).isEqualTo(next.release().slotName());
    assertThat(guard.fired(AGENT)).isEmpty();
  }

  @Tag("F59")
  @Test
  void a_link_that_names_neither_copy_is_left_alone() throws Exception {
    Slot third = whole(slots.slot(AGENT, "3.0", Map.of(UNIT, Behaviour.SERVES)));
    arm(Optional.of(old), Optional.of(next));
    switchTo(third);

    script("fire", "agent");

    assertThat(current()).isEqualTo(third.release().slotName());
  }

  @Test
  void a_record_without_its_end_moves_nothing() throws Exception {
    arm(Optional.of(old), Optional.of(next));
    switchTo(next);
    for (String place : List.of("state/armed/agent", "packages/.guard/open.agent")) {
      Path record = root.resolve(place);
      Files.writeString(record, Files.readString(record).replace("whole=yes\n", ""));
    }

    assertThat(script("fire", "agent")).isEmpty();
    assertThat(script("boot")).isEmpty();

    assertThat(current()).isEqualTo(next.release().slotName());
  }

  @Test
  void a_first_install_is_taken_away() throws Exception {
    Files.delete(old.current());
    arm(Optional.empty(), Optional.of(next));
    switchTo(next);
    Path dropIn = etc.resolve(OTHER + ".d/50-fleet-installer.conf");
    Files.writeString(
        Files.createDirectories(dropIn.getParent()).resolve(dropIn.getFileName()), "");

    script("fire", "agent");

    assertThat(old.current()).doesNotExist();
    assertThat(etc.resolve(OTHER)).doesNotExist();
    assertThat(dropIn).doesNotExist();
    assertThat(guard.fired(AGENT)).isPresent();
  }

  @Test
  void a_removal_is_undone_with_units_and_enablement() throws Exception {
    Path wants = Files.createDirectories(etc.resolve("multi-user.target.wants"));
    Path link = Files.createSymbolicLink(wants.resolve(UNIT), etc.resolve(UNIT));
    arm(Optional.of(old), Optional.empty());
    Files.delete(link);
    Files.delete(etc.resolve(UNIT));
    Files.delete(old.current());

    String calls = script("fire", "agent");

    assertThat(current()).isEqualTo(old.release().slotName());
    assertThat(etc.resolve(UNIT)).isRegularFile();
    assertThat(link).isSymbolicLink();
    assertThat(calls).contains("start --no-block agent.service");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", WELL, PAUSED, PAUSED + WELL, WELL + PAUSED + WELL})
  void at_boot_any_other_trial_goes_back(String lines) throws Exception {
    arm(Optional.of(old), Optional.of(next));
    switchTo(next);
    tell(lines);
    Path tokens = root.resolve("packages/.guard");
    Files.move(tokens.resolve("open.agent"), tokens.resolve("left.agent"));

    script("boot");

    assertThat(current()).isEqualTo(old.release().slotName());
    assertThat(guard.fired(AGENT)).map(Fired::why).contains(Fired.Why.BOOT);
  }

  @ParameterizedTest
  @CsvSource({
    "failed, 0, exit-code, 5, 5, true",
    "failed, , signal, 0, 0, true",
    "failed, 0, exit-code, 5, 4, false",
    "failed, 0, timeout, 5, 4, false",
    "failed, 0, exit-code, 5, 2, true",
    "failed, 0, watchdog, 5, 4, true",
    "inactive, 0, success, 5, 5, true",
    "inactive, 0, success, 5, 4, false",
    "inactive, 17, success, 5, 5, false",
    "failed, 17, exit-code, 5, 5, false",
    "active, 0, success, 5, 5, false",
    "activating, 0, exit-code, 5, 5, false"
  })
  void only_an_end_that_nobody_asked_for_is_the_candidates(
      String active, String job, String result, int ended, int left, boolean fires)
      throws Exception {
    arm(Optional.of(old), Optional.of(next));
    switchTo(next);
    Files.createDirectories(root.resolve("bin"));
    Files.writeString(
        root.resolve("bin/state"),
        "ActiveState=%s\nJob=%s\nResult=%s\nExecMainStartTimestampMonotonic=3\nExecMainExitTimestampMonotonic=%d\nActiveExitTimestampMonotonic=%d\n"
            .formatted(active, job == null ? "" : job, result, ended, left));

    int status = start("ended", "agent").waitFor();

    assertThat(status).isEqualTo(fires ? 0 : GuardedHost.NOBODY);
    assertThat(guard.fired(AGENT).isPresent()).isEqualTo(fires);
    assertThat(current()).isEqualTo((fires ? old : next).release().slotName());
  }

  @Test
  void a_candidate_that_fails_before_its_main_process_starts_is_down() throws Exception {
    arm(Optional.of(old), Optional.of(next));
    switchTo(next);
    Files.createDirectories(root.resolve("bin"));
    Files.writeString(
        root.resolve("bin/state"),
        """
        ActiveState=failed
        Job=0
        Result=exit-code
        ExecMainStartTimestampMonotonic=3
        ActiveExitTimestampMonotonic=4
        ExecMainExitTimestampMonotonic=5
        InactiveExitTimestampMonotonic=6
        """);

    script("ended", "agent");

    assertThat(guard.fired(AGENT)).isPresent();
  }

  @Test
  void what_was_set_aside_is_no_record() throws Exception {
    arm(Optional.of(old), Optional.of(next));
    Path record = root.resolve("state/armed/agent");
    Files.move(record, record.resolveSibling("agent.corrupt"));
    Files.delete(root.resolve("packages/.guard/open.agent"));
    switchTo(next);

    script("boot");

    assertThat(current()).isEqualTo(next.release().slotName());
  }

  @Test
  void it_waits_for_the_daemon_to_let_go() throws Exception {
    arm(Optional.of(old), Optional.of(next));
    switchTo(next);
    Process fire;
    try (Guard.Hold hold = guard.hold()) {
      assertThat(hold).isNotNull();
      fire = start("fire", "agent");
      assertThat(fire.waitFor(300, java.util.concurrent.TimeUnit.MILLISECONDS)).isFalse();
      assertThat(current()).isEqualTo(next.release().slotName());
    }

    assertThat(fire.waitFor()).isZero();

    assertThat(current()).isEqualTo(old.release().slotName());
  }

  @Test
  void disarming_leaves_nothing_behind() throws Exception {
    arm(Optional.of(old), Optional.of(next));

    guard.disarm(AGENT);

    assertThat(everythingBelow(etc)).noneMatch(path -> path.contains("guard-agent"));
    assertThat(everythingBelow(etc)).noneMatch(path -> path.endsWith(".service.d"));
    assertThat(everythingBelow(root.resolve("packages/agent")))
        .noneMatch(path -> path.contains("guard"));
    assertThat(guard.armed(AGENT)).isEmpty();
    assertThat(everythingBelow(root.resolve("packages/.guard")))
        .filteredOn(path -> path.endsWith(".agent"))
        .allMatch(path -> path.endsWith("/known.agent"));
  }

  private void arm(Optional<Slot> from, Optional<Slot> to) throws Exception {
    guard.arm(new Guard.Charge("00000001", AGENT, journal, from, to));
  }

  /** What SWITCH does to files. */
  private void switchTo(Slot slot) throws IOException {
    slots.point(slot);
    for (var service : slot.descriptor().services()) {
      Files.writeString(etc.resolve(service.name()), "[Service]\n# of another\n");
    }
  }

  private void tell(String lines) throws IOException {
    Files.writeString(journal, "0123abcd {\"format\":1}\n" + lines + RESERVE);
  }

  private List<String> lines(String key) throws IOException {
    return Files.readAllLines(root.resolve("state/armed/agent")).stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(key.length()))
        .toList();
  }

  private String current() throws IOException {
    return Files.readSymbolicLink(old.current()).toString();
  }

  /** Runs the script to its end; what it said to systemctl. */
  private String script(String... words) throws Exception {
    Path calls = root.resolve("bin/calls");
    Files.deleteIfExists(calls);
    assertThat(start(words).waitFor()).isZero();
    return Files.exists(calls) ? Files.readString(calls) : "";
  }

  private Process start(String... words) throws Exception {
    install();
    List<String> command = new ArrayList<>(List.of("/bin/sh", script().toString()));
    command.addAll(List.of(words));
    return new ProcessBuilder(command).inheritIO().start();
  }

  /**
   * The script itself, with another systemctl first on its path and another place for its notes.
   */
  private void install() throws Exception {
    Path bin = Files.createDirectories(root.resolve("bin"));
    Path systemctl = bin.resolve("systemctl");
    Files.writeString(
        systemctl,
        "#!/bin/sh\ncase $* in show*) cat %1$s/state ;; is-active*) exit 3 ;; *) echo \"$*\" >> %1$s/calls ;; esac\n"
            .formatted(bin));
    Files.setPosixFilePermissions(systemctl, PosixFilePermissions.fromString("rwx------"));
    if (!Files.exists(script())) {
      new GuardFiles(
              new HostContext(
                  root.resolve("packages"),
                  root.resolve("state"),
                  new DurableDisk(),
                  new FakeTime()),
              etc)
          .install();
    }
    Files.createDirectories(root.resolve("state/armed"));
    Files.createDirectories(root.resolve("state/fired"));
    String text = Files.readString(script());
    Files.writeString(
        script(),
        text.replace("PATH=/usr/sbin", "PATH=" + bin + ":/usr/sbin")
            .replace("run=/run", "run=" + root));
  }

  private Path script() {
    return etc.resolve("fleet-installer-guard/guard");
  }

  private static Slot whole(Slot slot) throws IOException {
    Files.createDirectories(slot.path().resolve(".fleet-installer"));
    Files.writeString(slot.path().resolve(".fleet-installer/valid"), "{}");
    return slot;
  }

  private static List<String> everythingBelow(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.map(Path::toString).toList();
    }
  }

  /** Lets the script be tried, and hears what is said to systemctl. */
  private Programs.Result systemctl(Programs.Call call) throws Fault, InterruptedException {
    if (call.argv().getFirst().equals("/bin/sh")) {
      return new ChildPrograms().run(call);
    }
    asked.add(String.join(" ", call.argv()));
    boolean asksForState = call.argv().contains("show");
    return new Programs.Result(call, 0, false, asksForState ? "ActiveState=active\n" : "", "");
  }
}
