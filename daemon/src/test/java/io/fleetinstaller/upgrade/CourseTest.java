package io.fleetinstaller.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.upgrade.Course.Again;
import io.fleetinstaller.upgrade.Course.Do;
import io.fleetinstaller.upgrade.Course.End;
import io.fleetinstaller.upgrade.Course.Facts;
import io.fleetinstaller.upgrade.Course.Finish;
import io.fleetinstaller.upgrade.Course.Next;
import io.fleetinstaller.upgrade.Course.Result;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CourseTest {

  @ParameterizedTest(name = "{0}: done -> {1}, failed -> {2}")
  @CsvSource({
    "FETCH,       UNPACK,      DISCARD",
    "UNPACK,      ARM,         DISCARD",
    "ARM,         SWITCH,      DISCARD",
    "SWITCH,      RESTART,     SWITCH_BACK",
    "RESTART,     OBSERVE,     SWITCH_BACK",
    "OBSERVE,     CONFIRM,     SWITCH_BACK",
    "CONFIRM,     DISARM,      SWITCH_BACK",
    "DISARM,      PRUNE,       end UPGRADED",
    "PRUNE,       end UPGRADED, end UPGRADED",
    "SWITCH_BACK, RESTART_OLD, again SWITCH_BACK",
    "RESTART_OLD, OBSERVE_OLD, again RESTART_OLD",
    "OBSERVE_OLD, DISCARD,     again OBSERVE_OLD",
    "DISCARD,     end REVERTED, end REVERTED",
  })
  void an_upgrade_takes_the_table(Step step, String done, String failed) {
    Course course = new Course(Samples.upgrade());
    Facts facts = new Facts(true, 1, false);

    Next afterDone = course.after(step, Result.DONE, facts);
    Next afterFailed = course.after(step, Result.FAILED, facts);

    assertThat(words(afterDone)).isEqualTo(done);
    assertThat(words(afterFailed)).isEqualTo(failed);
  }

  @ParameterizedTest(name = "{0}: {1}, then {2}")
  @CsvSource({
    "install, FETCH,       UNPACK",
    "install, SWITCH_BACK, DISCARD",
    "removal, ARM,         SWITCH",
    "removal, SWITCH,      OBSERVE",
    "removal, OBSERVE,     CONFIRM",
    "removal, SWITCH_BACK, RESTART_OLD",
    "removal, OBSERVE_OLD, DISCARD",
  })
  void installs_and_removals_leave_out_what_makes_no_sense(String route, Step step, String next) {
    Upgrade upgrade =
        route.equals("install")
            ? Samples.upgrade(Optional.empty(), Optional.of(Samples.NEW))
            : Samples.upgrade(Optional.of(Samples.OLD), Optional.empty());

    Next afterDone = new Course(upgrade).after(step, Result.DONE, new Facts(true, 0, false));

    assertThat(words(afterDone)).isEqualTo(next);
  }

  @Test
  void a_removal_begins_with_the_guard() {
    Course removal = new Course(Samples.upgrade(Optional.of(Samples.OLD), Optional.empty()));

    assertThat(removal.first()).isEqualTo(new Do(Step.ARM));
    assertThat(new Course(Samples.upgrade()).first()).isEqualTo(new Do(Step.FETCH));
  }

  @Test
  void a_switch_that_never_began_is_given_up() {
    Course course = new Course(Samples.upgrade());
    Facts untouched = new Facts(false, 1, false);

    assertThat(course.after(Step.SWITCH, Result.FAILED, untouched)).isEqualTo(new Do(Step.DISCARD));
    assertThat(course.after(Step.DISCARD, Result.DONE, untouched))
        .isEqualTo(new Finish(End.GIVEN_UP));
    assertThat(course.after(Step.DISCARD, Result.FAILED, untouched))
        .isEqualTo(new Finish(End.GIVEN_UP));
  }

  @ParameterizedTest
  @EnumSource(names = {"SWITCH_BACK", "RESTART_OLD", "OBSERVE_OLD"})
  void a_way_back_that_fails_too_often_disarms_and_is_stuck(Step step) {
    Course course = new Course(Samples.upgrade());
    int tries = Course.tries(step);

    Next beforeTheLast = course.after(step, Result.FAILED, new Facts(true, tries - 1, false));
    Next afterTheLast = course.after(step, Result.FAILED, new Facts(true, tries, true));

    assertThat(beforeTheLast).isEqualTo(new Again(step));
    assertThat(afterTheLast).isEqualTo(new Do(Step.DISARM));
    for (Result result : Result.values()) {
      assertThat(course.after(Step.DISARM, result, new Facts(true, 0, true)))
          .isEqualTo(new Finish(End.STUCK));
    }
  }

  private static String words(Next next) {
    return switch (next) {
      case Do(Step step) -> step.name();
      case Again(Step step) -> "again " + step;
      case Finish(End end) -> "end " + end;
    };
  }
}
