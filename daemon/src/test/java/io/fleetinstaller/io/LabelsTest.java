package io.fleetinstaller.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class LabelsTest {
  private static final Path SLOT = Path.of("/opt/datadog-packages/agent/1.0-0123456789ab");
  private static final String WRONG =
      "Would relabel %s/bin/agent from system_u:object_r:usr_t:s0 to system_u:object_r:bin_t:s0"
          .formatted(SLOT);

  private final List<String> calls = new ArrayList<>();

  @Test
  void where_selinux_is_off_nothing_is_run() throws Exception {
    Labels labels = Labels.none();

    labels.restore(List.of(SLOT));
    labels.check(SLOT);

    assertThat(labels.areDemanded()).isFalse();
  }

  @Test
  void all_paths_are_labelled_at_once_with_all_that_is_below_them() throws Exception {
    labels(0, "", "").restore(List.of(SLOT, Path.of("/etc/agent.yaml")));

    assertThat(calls).containsExactly("restorecon -i -R -F " + SLOT + " /etc/agent.yaml");
  }

  @Test
  void of_nothing_no_program_is_run() throws Exception {
    labels(0, "", "").restore(List.of());

    assertThat(calls).isEmpty();
  }

  @Test
  void right_labels_are_no_matter_and_none_is_changed_to_see_them() throws Exception {
    labels(0, "Warning no default label for /x\n", "").check(SLOT);

    assertThat(calls).containsExactly("restorecon -i -R -n -v " + SLOT);
  }

  @Tag("F70")
  @Test
  void a_wrong_label_is_told_with_what_it_is_and_should_be() {
    Fault.Transient fault =
        catchThrowableOfType(Fault.Transient.class, () -> labels(0, WRONG + "\n", "").check(SLOT));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.WRONG_LABEL);
    assertThat(fault).hasMessageContaining("run 'restorecon -R -F " + SLOT + "'");
    assertThat(fault.reason().evidence()).containsExactly(WRONG);
  }

  @Test
  void of_many_wrong_labels_some_are_told() {
    List<String> lines = IntStream.range(0, 500).mapToObj(i -> WRONG + i).toList();

    Fault.Transient fault =
        catchThrowableOfType(
            Fault.Transient.class, () -> labels(0, String.join("\n", lines), "").check(SLOT));

    assertThat(fault.reason().evidence()).isEqualTo(lines.subList(0, 10));
  }

  @Test
  void a_program_that_fails_says_why() {
    assertThatThrownBy(() -> labels(255, "", "Permission denied").restore(List.of(SLOT)))
        .isInstanceOf(Fault.Transient.class)
        .hasMessage("cannot label %s: restorecon exited 255: Permission denied".formatted(SLOT));
  }

  @Test
  void of_a_few_paths_only_they_are_labelled_and_nothing_fails_for_it() throws Exception {
    labels(255, "", "Permission denied").restoreOnly(List.of(SLOT, Path.of("/etc/agent.yaml")));
    labels(0, "", "").restoreOnly(List.of());
    Labels.none().restoreOnly(List.of(SLOT));

    assertThat(calls).containsExactly("restorecon -i -F " + SLOT + " /etc/agent.yaml");
  }

  @Test
  void a_host_without_the_programs_is_told_what_to_install() {
    Labels labels =
        new Labels(
            call -> {
              throw new Fault.Broken(
                  ReasonCode.HOST_FAILED, "cannot run restorecon: is it installed?");
            },
            () -> true);

    assertThatThrownBy(() -> labels.restore(List.of(SLOT)))
        .isInstanceOf(Fault.Broken.class)
        .hasMessageStartingWith("cannot label " + SLOT + ": SELinux is on")
        .hasMessageEndingWith("install policycoreutils");
  }

  private Labels labels(int status, String output, String errors) {
    return new Labels(
        call -> {
          calls.add(String.join(" ", call.argv()));
          assertThat(call.environment()).containsEntry("LC_ALL", "C");
          return new Programs.Result(call, status, false, output, errors);
        },
        () -> true);
  }
}
