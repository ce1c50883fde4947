package io.fleetinstaller.host;

import static io.fleetinstaller.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.host.ServiceState.Phase;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SupervisedHostTest extends HostContract {
  @TempDir Path root;
  private SlotsOnDisk slots;
  private HostContext context;
  private SupervisedHost host;

  @BeforeEach
  void open() throws Exception {
    slots = new SlotsOnDisk(root.toRealPath().resolve("packages"));
    context =
        new HostContext(
            root.resolve("packages"), root.resolve("state"), new DurableDisk(), new SystemTime());
    host = new SupervisedHost(context);
  }

  @AfterEach
  void close() {
    host.close();
  }

  @Override
  protected Host host() {
    return host;
  }

  @Override
  protected Slot slot(String version, Map<String, Behaviour> services) throws Exception {
    return slots.slot(AGENT, version, services);
  }

  @Override
  protected void point(Slot slot) throws Exception {
    slots.point(slot);
  }

  @Override
  protected Instant now() {
    return context.time().now();
  }

  @Test
  void a_clean_shutdown_leaves_no_process_behind() throws Exception {
    switchTo(slot("1.0", Map.of(SERVICE, Behaviour.SERVES)), Optional.empty());
    ProcessHandle agent = process(running());
    ProcessHandle sleep = childOf(agent);

    host.close();

    assertThat(agent.isAlive()).isFalse();
    eventually("what the agent started is gone", () -> !sleep.isAlive());
    assertThat(host.state(AGENT, SERVICE).phase()).isEqualTo(Phase.UNKNOWN);
  }

  @Test
  void what_a_killed_daemon_left_behind_is_ended_before_anything_starts() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.IGNORES_TERM));
    switchTo(slot, Optional.empty());
    ProcessHandle left = process(running());

    try (SupervisedHost next = new SupervisedHost(context)) {
      next.resume(List.of(slot));

      eventually("the old child is gone", () -> !left.isAlive());
      assertThat(next.state(AGENT, SERVICE).mainPid()).isPresent();
      assertThat(next.state(AGENT, SERVICE).mainPid().getAsLong()).isNotEqualTo(left.pid());
    }
  }

  @Test
  void what_a_killed_daemon_left_behind_is_ended_though_its_records_are_lost() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    switchTo(slot, Optional.empty());
    ProcessHandle left = process(running());
    ProcessHandle sleep = childOf(left);
    Path children = context.state().resolve("children");
    Files.delete(children.resolve(AGENT.value()).resolve(SERVICE));
    Files.delete(children.resolve(AGENT.value()));
    Files.delete(children);

    try (SupervisedHost next = new SupervisedHost(context)) {
      next.resume(List.of());

      eventually("the old child is gone", () -> !left.isAlive());
      eventually("what it started is gone", () -> !sleep.isAlive());
    }
  }

  @Tag("F05")
  @ValueSource(strings = {"children", "children/%s"})
  @ParameterizedTest
  void what_a_killed_daemon_left_behind_is_ended_though_a_link_stands_where_its_records_were(
      String where) throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    switchTo(slot, Optional.empty());
    ProcessHandle left = process(running());
    Path records = context.state().resolve(where.formatted(AGENT));
    Path away = Files.move(records, context.state().resolve("away"));
    Files.createSymbolicLink(records, away);

    try (SupervisedHost next = new SupervisedHost(context)) {
      next.resume(List.of());

      eventually("the old child is gone", () -> !left.isAlive());
      assertThat(Quarantine.aside(records)).isSymbolicLink();
    }
  }

  @Test
  void a_record_that_cannot_be_taken_away_keeps_no_other_from_being_followed() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    switchTo(slot, Optional.empty());
    ProcessHandle left = process(running());
    Path stuck = context.state().resolve("children/a/a");
    Files.createDirectories(stuck.getParent());
    Files.writeString(stuck, "pid=%d\nstarted=never\n".formatted(ProcessHandle.current().pid()));

    try (SupervisedHost next = new SupervisedHost(readOnly(context))) {
      next.resume(List.of());

      eventually("the old child is gone", () -> !left.isAlive());
      assertThat(stuck).exists();
    }
  }

  @Test
  void a_process_that_only_has_the_pid_of_an_old_child_is_left_alone() throws Exception {
    Path record = context.state().resolve("children").resolve(AGENT.value()).resolve(SERVICE);
    Process other = new ProcessBuilder("sleep", "600").start();
    try (SupervisedHost next = new SupervisedHost(context)) {
      Files.createDirectories(record.resolveSibling(""));
      Files.writeString(record, "pid=%d\nstarted=1970-01-01T00:00:00Z\n".formatted(other.pid()));

      next.resume(List.of());

      assertThat(other.isAlive()).isTrue();
      assertThat(record).doesNotExist();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void a_child_of_a_daemon_with_another_state_is_left_alone() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    switchTo(slot, Optional.empty());
    ProcessHandle neighbours = process(running());
    HostContext others =
        new HostContext(
            context.packages(),
            context.state().resolveSibling("state-of-another"),
            context.disk(),
            context.time());

    try (SupervisedHost next = new SupervisedHost(others)) {
      next.resume(List.of());
    }

    assertThat(neighbours.isAlive()).isTrue();
  }

  @Test
  void a_child_that_is_killed_is_started_again_and_its_children_go_with_it() throws Exception {
    switchTo(slot("1.0", Map.of(SERVICE, Behaviour.SERVES)), Optional.empty());
    ProcessHandle agent = process(running());
    ProcessHandle sleep = childOf(agent);

    agent.destroyForcibly();

    eventually("it was started again", () -> host.state(AGENT, SERVICE).restarts() == 1);
    assertThat(running().lastExit()).contains("signal KILL");
    eventually("what the agent started is gone", () -> !sleep.isAlive());
  }

  @Test
  void a_service_that_cannot_start_keeps_no_other_from_starting() throws Exception {
    Slot broken = slots.slot(new PackageName("broken"), "1.0", Map.of("broken", Behaviour.SERVES));
    Files.delete(broken.path().resolve("bin/broken"));
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));

    host.resume(List.of(broken, slot));

    assertThat(running().mainPid()).isPresent();
  }

  @Test
  void a_program_that_is_missing_at_the_start_is_started_when_it_is_back() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    Path program = slot.path().resolve("bin/" + SERVICE);
    Path away = program.resolveSibling("away");
    Files.move(program, away);
    host.resume(List.of(slot));
    eventually("it was missed", () -> host.state(AGENT, SERVICE).lastExit().isPresent());

    Files.move(away, program);

    assertThat(running().mainPid()).isPresent();
  }

  @Test
  void a_service_without_a_command_is_refused() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    Slot unitOnly = with(slot, new Descriptor.Service(SERVICE, "units/" + SERVICE, null));

    assertThatThrownBy(() -> host.check(unitOnly))
        .isInstanceOf(Fault.Refused.class)
        .hasMessageContaining("it has no command, only a unit for systemd");
  }

  @Test
  void a_service_whose_program_is_missing_is_refused() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    Files.delete(slot.path().resolve("bin/" + SERVICE));

    assertThatThrownBy(() -> host.check(slot))
        .isInstanceOf(Fault.Refused.class)
        .hasMessageEndingWith("is not a program");
  }

  private static Slot with(Slot slot, Descriptor.Service service) {
    Descriptor d = slot.descriptor();
    Descriptor changed =
        new Descriptor(
            d.name(),
            d.version(),
            d.platform(),
            List.of(service),
            d.health(),
            d.hooks(),
            d.accounts(),
            d.directories(),
            d.configFiles(),
            d.setuid(),
            d.capabilities(),
            d.unpackedSize(),
            d.entries());
    return new Slot(slot.release(), slot.path(), slot.current(), changed);
  }

  private static ProcessHandle process(ServiceState state) {
    return ProcessHandle.of(state.mainPid().orElseThrow()).orElseThrow();
  }

  private static ProcessHandle childOf(ProcessHandle agent) throws Exception {
    eventually("the agent has a child", () -> agent.children().findAny().isPresent());
    return agent.children().findAny().orElseThrow();
  }

  private static HostContext readOnly(HostContext context) {
    InvocationHandler handler =
        (_, method, arguments) -> {
          if (method.getName().equals("delete")) {
            throw new IOException(arguments[0] + ": Read-only file system");
          }
          try {
            return method.invoke(context.disk(), arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    Object disk =
        Proxy.newProxyInstance(Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, handler);
    return new HostContext(context.packages(), context.state(), (Disk) disk, context.time());
  }
}
