package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.host.Behaviour;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.host.ServiceState.Phase;
import io.fleetinstaller.host.SlotsOnDisk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Labels;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SystemdHostTest {
  private static final PackageName AGENT = new PackageName("agent");
  private static final String UNIT = "agent.service";

  @TempDir Path root;
  private final ScriptedPrograms programs = new ScriptedPrograms();
  private Path etc;
  private Path vendor;
  private HostContext context;
  private SystemdHost host;
  private Slot slot;

  @BeforeEach
  void open() throws Exception {
    etc = Files.createDirectories(root.resolve("etc"));
    vendor = Files.createDirectories(root.resolve("vendor"));
    context =
        new HostContext(
            root.resolve("packages"), root.resolve("state"), new DurableDisk(), new FakeTime());
    host = new SystemdHost(context, programs, Labels.none(), List.of(etc, vendor));
    slot = slot(AGENT, UNIT);
  }

  @AfterEach
  void everything_expected_was_asked() {
    programs.assertDone();
  }

  @Test
  void a_new_unit_is_written_for_the_current_link_and_enabled() throws Exception {
    programs.expect("systemctl enable --no-reload " + UNIT);

    host.check(slot);
    host.install(slot, Optional.empty());

    assertThat(etc.resolve(UNIT))
        .isRegularFile()
        .content()
        .contains("ExecStart=" + slot.current() + "/bin/" + UNIT)
        .doesNotContain("@CURRENT@");
  }

  @Tag("F70")
  @Test
  void where_selinux_is_on_what_is_written_among_the_units_is_labelled() throws Exception {
    programs
        .expect("systemctl enable --no-reload " + UNIT)
        .expect(
            "restorecon -i -F "
                + String.join(
                    " ",
                    Stream.of(
                            "fleet-installer-boot.service",
                            "fleet-installer-ended@.service",
                            "fleet-installer-guard@.service",
                            UNIT,
                            UNIT + ".d")
                        .map(etc::resolve)
                        .map(Path::toString)
                        .toList()));

    labelling().install(slot, Optional.empty());

    assertThat(etc.resolve(UNIT)).isRegularFile();
  }

  @Tag("F70")
  @Test
  void a_slot_with_a_wrong_label_is_refused_before_anything_is_done() throws Exception {
    programs.expect("restorecon -i -R -n -v " + slot.path(), "Would relabel bin/agent\n");

    assertThatThrownBy(() -> labelling().check(slot))
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.WRONG_LABEL));
    assertThat(etc).isEmptyDirectory();
  }

  private SystemdHost labelling() {
    return new SystemdHost(
        context, programs, new Labels(programs, () -> true), List.of(etc, vendor));
  }

  @Tag("F44")
  @Test
  void a_unit_goes_forward_and_back_with_its_release_and_is_enabled_once() throws Exception {
    programs.expect("systemctl enable --no-reload " + UNIT);
    host.install(slot, Optional.empty());
    byte[] old = Files.readAllBytes(etc.resolve(UNIT));
    Slot next =
        new SlotsOnDisk(context.packages()).slot(AGENT, "2.0", Map.of(UNIT, Behaviour.SERVES));
    Path unit = next.path().resolve("units/" + UNIT);
    Files.writeString(unit, Files.readString(unit).replace("An agent", "The next agent"));

    host.install(next, Optional.of(slot));
    String between = Files.readString(etc.resolve(UNIT));
    host.install(slot, Optional.of(next));

    assertThat(between).contains("The next agent");
    assertThat(etc.resolve(UNIT)).hasBinaryContent(old);
  }

  @Test
  void a_unit_of_ours_is_rewritten_and_its_enablement_left_alone() throws Exception {
    programs.expect("systemctl enable --no-reload " + UNIT);
    host.install(slot, Optional.empty());
    Files.writeString(etc.resolve(UNIT), "as somebody changed it");

    host.check(slot);
    host.install(slot, Optional.of(slot));

    assertThat(etc.resolve(UNIT)).content().contains("ExecStart=");
  }

  @Test
  void a_guard_that_lost_its_files_on_trial_has_them_again_after_a_start() throws Exception {
    Files.createDirectories(context.state().resolve("armed"));
    Files.writeString(context.state().resolve("armed/agent"), "whole=yes\n");
    programs.expect("systemctl daemon-reload");
    programs.expect("systemctl enable --no-reload fleet-installer-boot.service");

    host.resume(List.of());

    assertThat(etc.resolve("fleet-installer-guard/guard")).isNotEmptyFile();
  }

  @Test
  void a_guard_that_cannot_have_its_files_again_stops_no_start() throws Exception {
    Files.createDirectories(context.state().resolve("armed/agent"));
    programs.fail("systemctl daemon-reload", 1, "Connection reset by peer");

    assertThatCode(() -> host.resume(List.of())).doesNotThrowAnyException();
  }

  @Test
  void where_no_guard_was_ever_installed_there_is_none_to_keep_still() {
    assertThatCode(() -> host.guard().hold().close()).doesNotThrowAnyException();
  }

  @Test
  void nobody_goes_on_who_cannot_tell_whether_there_is_a_guard() throws Exception {
    Files.delete(etc);
    Files.createSymbolicLink(etc, etc);

    assertThatThrownBy(() -> host.guard().hold())
        .isInstanceOf(Fault.Transient.class)
        .hasMessageContaining("cannot keep the guard still")
        .hasMessageContaining("see to the disk of " + etc);
  }

  @Test
  void an_install_that_was_cut_off_before_enabling_enables_the_next_time() throws Exception {
    programs.fail("systemctl enable --no-reload " + UNIT, 1, "Connection reset by peer");
    assertThatThrownBy(() -> host.install(slot, Optional.empty())).isInstanceOf(Fault.class);
    programs.expect("systemctl enable --no-reload " + UNIT);

    host.check(slot);
    host.install(slot, Optional.empty());

    assertThat(etc.resolve(UNIT)).isRegularFile();
  }

  @Test
  void a_unit_that_was_enabled_comes_back_enabled_after_a_removal_that_was_cut_off()
      throws Exception {
    String[] stopped = {"LoadState=loaded", "ActiveState=inactive", "UnitFileState=enabled"};
    programs
        .expect("systemctl enable --no-reload " + UNIT)
        .show(UNIT, stopped)
        .show(UNIT, stopped)
        .fail("systemctl disable --no-reload " + UNIT, 1, "Connection reset by peer");
    host.install(slot, Optional.empty());
    assertThatThrownBy(() -> host.uninstall(slot)).isInstanceOf(Fault.class);
    programs.expect("systemctl enable --no-reload " + UNIT);

    host.install(slot, Optional.empty());

    assertThat(etc.resolve(UNIT)).isRegularFile();
  }

  @Test
  void a_removal_takes_the_unit_away_and_gives_its_name_free() throws Exception {
    String[] stopped = {"LoadState=loaded", "ActiveState=inactive", "UnitFileState=enabled"};
    programs
        .expect("systemctl enable --no-reload " + UNIT)
        .show(UNIT, stopped)
        .show(UNIT, stopped)
        .expect("systemctl disable --no-reload " + UNIT)
        .expect("systemctl reset-failed " + UNIT)
        .expect("systemctl daemon-reload");
    host.install(slot, Optional.empty());

    host.uninstall(slot);

    assertThat(etc.resolve(UNIT)).doesNotExist();
    host.check(slot(new PackageName("other"), UNIT));
  }

  @Test
  void a_unit_of_another_package_is_refused() throws Exception {
    programs.expect("systemctl enable --no-reload " + UNIT);
    host.install(slot, Optional.empty());
    Slot other = slot(new PackageName("other"), UNIT);

    assertConflict(other, "that unit belongs to package agent");
  }

  @Test
  void a_unit_that_a_distribution_or_a_person_brought_is_refused() throws Exception {
    Files.createSymbolicLink(vendor.resolve(UNIT), Path.of("/dev/null"));

    assertConflict(slot, vendor.resolve(UNIT) + " is there and not ours");
  }

  @ParameterizedTest
  @CsvSource({
    "agent, must be named like agent.service",
    "../agent.service, must be named like agent.service",
    "agent@1.service, must be named like agent.service",
    "agent.mount, must be named like agent.service",
    "fleet-installer.service, the installer's own units are not for packages",
    "fleet-installer-guard.timer, the installer's own units are not for packages",
  })
  void a_name_that_no_package_may_use_is_refused(String unit, String why) throws Exception {
    assertConflict(with(slot, new Descriptor.Service(unit, "units/" + UNIT, null)), why);
  }

  @Test
  void the_daemons_own_package_brings_its_unit_and_no_other_of_ours() throws Exception {
    Slot own = slot(PackageName.INSTALLER, "fleet-installer.service");
    Slot more = slot(PackageName.INSTALLER, "fleet-installer-guard.timer");
    Slot none = slot(PackageName.INSTALLER, "something.service");

    assertThatCode(() -> host.check(own)).doesNotThrowAnyException();
    assertConflict(more, "the installer's own units are not for packages");
    assertConflict(none, "without fleet-installer.service the host would have no daemon");
  }

  @ParameterizedTest
  @CsvSource({
    "../other, is not in the package",
    "/etc/passwd, is not in the package",
    "units/missing.service, is not a file of at most 64 KiB",
    "units, is not a file of at most 64 KiB",
  })
  void a_unit_file_that_is_not_in_the_package_is_refused(String file, String why) {
    assertConflict(with(slot, new Descriptor.Service(UNIT, file, null)), why);
  }

  @Test
  void a_unit_that_starts_before_any_slot_can_be_read_is_refused() throws Exception {
    Path unit = slot.path().resolve("units/early.service");
    Files.writeString(unit, "[Unit]\nBefore=sysinit.target  local-fs.target\n");

    assertConflict(
        with(slot, new Descriptor.Service(UNIT, "units/early.service", null)),
        "it asks to start before local-fs.target");
  }

  @Test
  void a_service_without_a_unit_file_is_refused() {
    assertConflict(with(slot, new Descriptor.Service(UNIT, null, null)), "it has no unit file");
  }

  @ParameterizedTest
  @CsvSource({
    "etc/agent, is not an absolute path",
    "/etc/../root/.ssh, is not an absolute path",
    "/etc, is not an absolute path below a directory",
    "/etc/systemd/system/x.service.d, nothing below /etc/systemd is",
    "/proc/sys/kernel, nothing below /proc is",
    "/usr/bin/x, nothing below /usr is",
    "/etc/fleet-installer/trust, nothing below /etc/fleet-installer is",
  })
  void a_place_that_no_package_may_make_is_refused(String place, String why) {
    assertConflict(with(slot, new Descriptor.Directory(place, "root", "0755")), why);
  }

  @Test
  void the_slots_and_our_own_state_are_no_places_for_packages() {
    Path inSlots = root.resolve("packages/other/current");
    Path inState = root.resolve("state/armed");

    assertConflict(
        with(slot, new Descriptor.Directory(inSlots.toString(), "root", "0755")), "nothing below");
    assertConflict(
        with(slot, new Descriptor.Directory(inState.toString(), "root", "0755")), "nothing below");
  }

  @Test
  void the_log_is_asked_for_from_its_end_and_read_in_order() throws Exception {
    programs.expect(
        "journalctl --unit=agent.service --since=@1767323045.000000 --lines=50 --reverse"
            + " --output=cat --quiet --no-pager",
        "third\nsecond\nfirst\n");

    List<String> lines = host.log(AGENT, UNIT, Instant.parse("2026-01-02T03:04:05Z"), 50);

    assertThat(lines).containsExactly("first", "second", "third");
  }

  @ParameterizedTest
  @CsvSource({
    "de5b426a63be47a7b6ac3eaac82e2f6f, STOPPED",
    "39f53479d3a045ac8e11786248231fbf, FAILED"
  })
  void one_that_stops_itself_and_fails_was_not_asked_to(String message, Phase phase)
      throws Exception {
    programs.show(
        UNIT,
        "LoadState=loaded",
        "ActiveState=failed",
        "Result=exit-code",
        "ExecMainCode=1",
        "ExecMainStatus=1",
        "InvocationID=abc",
        "ExecMainStartTimestampMonotonic=2000",
        "ExecMainExitTimestampMonotonic=5000",
        "ActiveExitTimestampMonotonic=4000");
    programs.expect(
        "journalctl --boot --lines=1 --output=export --quiet --no-pager _PID=1 UNIT=agent.service"
            + " MESSAGE_ID=7d4958e842da4a758f6c1cdc7b36dcc5"
            + " MESSAGE_ID=39f53479d3a045ac8e11786248231fbf"
            + " MESSAGE_ID=de5b426a63be47a7b6ac3eaac82e2f6f",
        "MESSAGE_ID=" + message + "\n");

    ServiceState state = host.state(AGENT, UNIT);

    assertThat(state.phase()).isEqualTo(phase);
    assertThat(state.lastExit()).contains("status 1");
    assertThat(state.invocation()).isEqualTo("abc");
  }

  @Test
  void a_program_runs_as_a_transient_unit_and_only_its_own_words_are_kept() throws Exception {
    programs.expect(
        "systemd-run --wait --pipe --collect --property=RuntimeMaxSec=5000ms"
            + " --property=TimeoutStopSec=1s -- "
            + slot.path().resolve("bin/say")
            + " 0",
        "well\n");

    Host.Exit exit = host.run(slot, List.of("bin/say", "0"), Duration.ofSeconds(5));

    assertThat(exit).isEqualTo(new Host.Exit(0, false, List.of("well")));
  }

  @Test
  void a_program_that_systemd_killed_at_its_timeout_is_told_from_one_that_failed()
      throws Exception {
    programs.fail(
        "systemd-run --wait --pipe --collect --property=RuntimeMaxSec=5000ms"
            + " --property=TimeoutStopSec=1s -- "
            + slot.path().resolve("bin/hang"),
        1,
        "Running as unit: run-u7.service\nstill trying\nFinished with result: timeout\n");

    Host.Exit exit = host.run(slot, List.of("bin/hang"), Duration.ofSeconds(5));

    assertThat(exit).isEqualTo(new Host.Exit(1, true, List.of("still trying")));
  }

  private void assertConflict(Slot refused, String why) {
    assertThatThrownBy(() -> host.check(refused))
        .isInstanceOf(Fault.Refused.class)
        .hasMessageContaining(why)
        .extracting(thrown -> ((Fault) thrown).reason().code())
        .isEqualTo(ReasonCode.CONFLICT);
  }

  private Slot slot(PackageName name, String unit) throws Exception {
    return new SlotsOnDisk(context.packages()).slot(name, "1.0", Map.of(unit, Behaviour.SERVES));
  }

  private static Slot with(Slot slot, Descriptor.Service service) {
    return with(slot, List.of(service), List.of());
  }

  private static Slot with(Slot slot, Descriptor.Directory directory) {
    return with(slot, slot.descriptor().services(), List.of(directory));
  }

  private static Slot with(
      Slot slot, List<Descriptor.Service> services, List<Descriptor.Directory> directories) {
    Descriptor d = slot.descriptor();
    Descriptor changed =
        new Descriptor(
            d.name(),
            d.version(),
            d.platform(),
            services,
            d.health(),
            d.hooks(),
            d.accounts(),
            directories,
            d.configFiles(),
            d.setuid(),
            d.capabilities(),
            d.unpackedSize(),
            d.entries());
    return new Slot(slot.release(), slot.path(), slot.current(), changed);
  }
}
