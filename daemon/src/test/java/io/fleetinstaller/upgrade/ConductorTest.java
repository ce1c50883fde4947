package io.fleetinstaller.upgrade;

import static io.fleetinstaller.upgrade.Samples.AGENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Wait;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ConductorTest {
  private final FakeTime time = new FakeTime();
  private final MemoryDisk disk = new MemoryDisk();
  private final Path directory = Jimfs.newFileSystem(Configuration.unix()).getPath("/journals");
  private final Script script = new Script();

  @Tag("F62")
  @Test
  void every_step_is_done_in_order_and_the_journal_tells_it() throws Exception {
    Outcome outcome = conductor("boot-1").run(Samples.move());

    assertThat(outcome).isEqualTo(new Outcome.Upgraded());
    assertThat(script.done)
        .containsExactly(
            Step.FETCH,
            Step.UNPACK,
            Step.ARM,
            Step.SWITCH,
            Step.RESTART,
            Step.OBSERVE,
            Step.DISARM,
            Step.PRUNE);
    assertThat(last().outcome()).contains(outcome);
    assertThat(last().confirmed()).isTrue();
  }

  @Tag("F74")
  @Test
  void the_line_of_a_step_is_on_disk_before_it_begins() throws Exception {
    List<Line> newest = new ArrayList<>();
    for (Step step : Step.values()) {
      script.before(step, () -> newest.add(last().lines().getLast()));
    }
    script.fails(Step.OBSERVE, new Fault.Refused(ReasonCode.EXITED, "the service exited"));

    conductor("boot-1").run(Samples.move());

    assertThat(newest).hasSizeGreaterThan(6).hasOnlyElementsOfType(Line.Begun.class);
    assertThat(newest).extracting(line -> ((Line.Begun) line).step()).isEqualTo(script.tried);
  }

  @Test
  void the_reason_of_a_revert_is_what_failed_first_with_its_evidence() throws Exception {
    script.fails(Step.OBSERVE, new Fault.Refused(ReasonCode.EXITED, "the service exited"));
    script.notes(Step.OBSERVE, List.of("panic: out of luck"));

    Outcome outcome = conductor("boot-1").run(Samples.move());

    assertThat(outcome).isInstanceOf(Outcome.Reverted.class);
    assertThat(outcome.why().orElseThrow().code()).isEqualTo(ReasonCode.EXITED);
    assertThat(outcome.why().orElseThrow().evidence()).containsExactly("panic: out of luck");
  }

  @Tag("F60")
  @Test
  void the_way_back_is_tried_again_with_growing_pauses_then_a_person_must_act() throws Exception {
    script.fails(Step.RESTART, new Fault.Transient(ReasonCode.START_FAILED, "no start"));
    script.fails(Step.SWITCH_BACK, new Fault.Transient(ReasonCode.IO_ERROR, "no disk"));
    Duration before = time.elapsed();

    Outcome outcome = conductor("boot-1").run(Samples.move());

    assertThat(outcome).isInstanceOf(Outcome.Stuck.class);
    assertThat(outcome.why().orElseThrow().sentence()).contains("SWITCH_BACK failed: io-error");
    assertThat(script.done).containsOnlyOnce(Step.DISARM).doesNotContain(Step.DISCARD);
    assertThat(script.tried(Step.SWITCH_BACK)).isEqualTo(20);
    assertThat(time.elapsed().minus(before)).isBetween(Duration.ofMinutes(10), Duration.ofHours(1));
  }

  @Tag("F16")
  @Test
  void a_stop_leaves_the_journal_open_and_the_next_start_goes_on() throws Exception {
    script.stops(Step.RESTART);
    assertThatThrownBy(() -> conductor("boot-1").run(Samples.move()))
        .isInstanceOf(InterruptedException.class);
    script.stops(null);

    Outcome outcome = resume("boot-1");

    assertThat(outcome).isEqualTo(new Outcome.Upgraded());
    assertThat(script.tried(Step.SWITCH)).isEqualTo(1);
    assertThat(script.tried(Step.RESTART)).isEqualTo(2);
  }

  @Test
  void a_fault_while_told_to_stop_says_nothing_about_the_candidate() throws Exception {
    script.interruptedWhileFailing(Step.OBSERVE);
    assertThatThrownBy(() -> conductor("boot-1").run(Samples.move()))
        .isInstanceOf(InterruptedException.class);
    script.interruptedWhileFailing(null);

    assertThat(resume("boot-1")).isEqualTo(new Outcome.Upgraded());
    assertThat(script.done).doesNotContain(Step.SWITCH_BACK);
  }

  @Tag("F17")
  @Test
  void a_candidate_seen_well_survives_a_clean_shutdown_of_the_machine() throws Exception {
    script.well(true);
    script.stops(Step.OBSERVE);
    assertThatThrownBy(() -> conductor("boot-1").run(Samples.move()))
        .isInstanceOf(InterruptedException.class);
    script.stops(null);

    assertThat(resume("boot-2")).isEqualTo(new Outcome.Upgraded());
  }

  @Test
  void a_candidate_never_seen_well_is_taken_back_after_a_shutdown() throws Exception {
    script.stops(Step.OBSERVE);
    assertThatThrownBy(() -> conductor("boot-1").run(Samples.move()))
        .isInstanceOf(InterruptedException.class);
    script.stops(null);

    Outcome outcome = resume("boot-2");

    assertThat(outcome.why().orElseThrow().code()).isEqualTo(ReasonCode.INCONCLUSIVE);
    assertThat(script.done).contains(Step.RESTART_OLD, Step.DISCARD);
  }

  @Test
  void a_power_cut_in_the_trial_takes_the_candidate_back() throws Exception {
    script.well(true);
    script.kills(Step.OBSERVE);
    assertThatThrownBy(() -> conductor("boot-1").run(Samples.move())).isInstanceOf(Death.class);
    script.kills(null);

    assertThat(resume("boot-2")).isInstanceOf(Outcome.Reverted.class);
  }

  @Tag("F58")
  @Test
  void a_step_that_kills_us_four_times_counts_as_failed() throws Exception {
    script.kills(Step.UNPACK);
    assertThatThrownBy(() -> conductor("boot-1").run(Samples.move())).isInstanceOf(Death.class);
    for (int i = 2; i <= 4; i++) {
      assertThatThrownBy(() -> resume("boot-1")).isInstanceOf(Death.class);
    }

    Outcome outcome = resume("boot-1");

    assertThat(outcome).isInstanceOf(Outcome.GivenUp.class);
    assertThat(outcome.why().orElseThrow().code()).isEqualTo(ReasonCode.STEP_KILLS_US);
    assertThat(script.tried(Step.UNPACK)).isEqualTo(4);
  }

  @Test
  void what_the_guard_took_back_ends_with_the_guards_reason() throws Exception {
    script.stops(Step.OBSERVE);
    assertThatThrownBy(() -> conductor("boot-1").run(Samples.move()))
        .isInstanceOf(InterruptedException.class);
    script.stops(null);
    script.takenBack(new Reason(ReasonCode.GUARD_FIRED, "a service ended by itself"));

    Outcome outcome = resume("boot-2");

    assertThat(outcome.why().orElseThrow().code()).isEqualTo(ReasonCode.GUARD_FIRED);
    assertThat(script.tried(Step.OBSERVE)).isEqualTo(1);
    assertThat(script.done).endsWith(Step.RESTART_OLD, Step.OBSERVE_OLD, Step.DISCARD);
  }

  @Test
  void a_step_that_stumbles_over_the_guards_deed_tells_the_guards_reason() throws Exception {
    script.fails(Step.OBSERVE, new Fault.Refused(ReasonCode.WRONG_COPY, "the old one runs"));
    script.before(
        Step.OBSERVE,
        () -> script.takenBack(new Reason(ReasonCode.GUARD_FIRED, "it was too late")));

    Outcome outcome = conductor("boot-1").run(Samples.move());

    assertThat(outcome.why().orElseThrow().sentence()).isEqualTo("it was too late");
  }

  @Test
  void what_a_step_saw_itself_is_told_though_the_guard_was_there_too() throws Exception {
    script.fails(Step.OBSERVE, new Fault.Refused(ReasonCode.EXITED, "status 3"));
    script.before(
        Step.OBSERVE, () -> script.takenBack(new Reason(ReasonCode.GUARD_FIRED, "it ended")));

    Outcome outcome = conductor("boot-1").run(Samples.move());

    assertThat(outcome.why().orElseThrow().sentence()).isEqualTo("status 3");
  }

  @Test
  void the_way_back_needs_no_journal() throws Exception {
    script.fails(Step.OBSERVE, new Fault.Refused(ReasonCode.PROBE_FAILED, "sick"));
    script.before(Step.OBSERVE, () -> disk.refuseAppends(true));

    Outcome outcome = conductor("boot-1").run(Samples.move());

    assertThat(outcome).isInstanceOf(Outcome.Reverted.class);
    assertThat(script.done).endsWith(Step.RESTART_OLD, Step.OBSERVE_OLD, Step.DISCARD);
  }

  @Test
  void without_a_journal_nothing_is_touched() throws Exception {
    conductor("boot-1").run(Samples.move());
    script.done.clear();
    disk.refuseAppends(true);

    Outcome outcome = conductor("boot-1").run(Samples.move());

    assertThat(outcome).isInstanceOf(Outcome.GivenUp.class);
    assertThat(script.done).containsOnly(Step.DISCARD);
  }

  @Test
  void what_is_under_way_can_be_seen_while_it_is() throws Exception {
    List<View> seen = new ArrayList<>();
    Conductor conductor = conductor("boot-1");
    script.before(Step.UNPACK, () -> seen.addAll(conductor.view()));
    script.tells(Step.UNPACK, watch -> watch.at(30, 100));

    conductor.run(Samples.move());
    seen.addAll(conductor.view());

    assertThat(seen)
        .singleElement()
        .satisfies(view -> {
          assertThat(view.step()).isEqualTo(Step.UNPACK);
          assertThat(view.upgrade().name()).isEqualTo(AGENT);
          assertThat(List.of(view.done(), view.total())).containsExactly(30L, 100L);
          assertThat(view.attempt()).isEqualTo(1);
        });
  }

  @Test
  void whom_a_step_waits_for_can_be_seen_until_it_goes_on() throws Exception {
    Wait soon = new Wait("one.example.com", Samples.NOW.plusSeconds(5), "it answered 503");
    Wait later = new Wait("two.example.com", Samples.NOW.plusSeconds(9), "nobody listens there");
    List<Optional<Wait>> seen = new ArrayList<>();
    Conductor conductor = conductor("boot-1");
    Runnable look = () -> seen.add(conductor.view().getFirst().waits());
    script.tells(
        Step.UNPACK,
        watch -> {
          watch.waits(soon);
          watch.waits(soon);
          watch.waits(later);
          look.run();
          watch.at(30, 100);
          watch.goesOn(later);
          look.run();
          watch.goesOn(soon);
          look.run();
          watch.goesOn(soon);
          look.run();
          watch.waits(later);
        });
    script.before(Step.ARM, look);

    conductor.run(Samples.move());

    assertThat(seen)
        .as("two wait for the same at once, and a step that ends waits for nobody")
        .containsExactly(
            Optional.of(later),
            Optional.of(soon),
            Optional.of(soon),
            Optional.empty(),
            Optional.empty());
  }

  private Conductor conductor(String boot) {
    return new Conductor(script, new Journals(directory, disk, time), time, boot);
  }

  /** What a new start of the daemon does. */
  private Outcome resume(String boot) throws InterruptedException {
    Journals journals = new Journals(directory, disk, time);
    return new Conductor(script, journals, time, boot).resume(journals.open().getFirst());
  }

  private Account last() {
    return new Journals(directory, disk, time).history(AGENT).last().orElseThrow();
  }

  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Steps that do what the test says. */
  private static final class Script implements Steps {
    private final List<Step> tried = new ArrayList<>();
    private final List<Step> done = new ArrayList<>();
    private final Map<Step, Fault> faults = new EnumMap<>(Step.class);
    private final Map<Step, List<String>> notes = new EnumMap<>(Step.class);
    private final Map<Step, Runnable> before = new EnumMap<>(Step.class);
    private final Map<Step, Consumer<Progress>> tells = new EnumMap<>(Step.class);
    private Optional<Step> stop = Optional.empty();
    private Optional<Step> kill = Optional.empty();
    private Optional<Step> interrupt = Optional.empty();
    private Optional<Reason> takenBack = Optional.empty();
    private boolean well;

    @Override
    public void run(Step step, Upgrade upgrade, Progress watch) throws Fault, InterruptedException {
      tried.add(step);
      watch.note(notes.getOrDefault(step, List.of()));
      if (step == Step.OBSERVE && well) {
        watch.well();
      }
      tells.getOrDefault(step, _ -> {}).accept(watch);
      before.getOrDefault(step, () -> {}).run();
      end(step);
      done.add(step);
    }

    @Override
    public void confirm(Upgrade upgrade, Confirmation line) throws Fault, InterruptedException {
      line.write();
    }

    @Override
    public Optional<Reason> takenBack(Upgrade upgrade) {
      return takenBack;
    }

    private void end(Step step) throws Fault, InterruptedException {
      if (kill.filter(step::equals).isPresent()) {
        throw new Death();
      }
      if (stop.filter(step::equals).isPresent()) {
        throw new InterruptedException();
      }
      if (interrupt.filter(step::equals).isPresent()) {
        Thread.currentThread().interrupt();
        throw new Fault.Transient(ReasonCode.IO_ERROR, "the channel was closed");
      }
      if (faults.containsKey(step)) {
        throw faults.get(step);
      }
    }

    void takenBack(Reason reason) {
      takenBack = Optional.of(reason);
    }

    void fails(Step step, Fault fault) {
      faults.put(step, fault);
    }

    void notes(Step step, List<String> evidence) {
      notes.put(step, evidence);
    }

    void before(Step step, Runnable action) {
      before.put(step, action);
    }

    void tells(Step step, Consumer<Progress> what) {
      tells.put(step, what);
    }

    void stops(Step step) {
      stop = Optional.ofNullable(step);
    }

    void kills(Step step) {
      kill = Optional.ofNullable(step);
    }

    void interruptedWhileFailing(Step step) {
      interrupt = Optional.ofNullable(step);
    }

    void well(boolean seen) {
      well = seen;
    }

    long tried(Step step) {
      return tried.stream().filter(step::equals).count();
    }
  }
}
