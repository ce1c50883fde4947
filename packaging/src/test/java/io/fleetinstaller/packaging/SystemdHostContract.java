package io.fleetinstaller.packaging;

import static io.fleetinstaller.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.host.Behaviour;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.HostContract;
import io.fleetinstaller.host.ServiceState;
import io.fleetinstaller.host.ServiceState.Phase;
import io.fleetinstaller.host.SlotsOnDisk;
import io.fleetinstaller.io.ChildPrograms;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.systemd.SystemdHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every host promises, asked of the real systemd that runs this. Changes the machine: {@link
 * SystemdHostIT} runs it inside a guest, and nothing else does.
 */
final class SystemdHostContract extends HostContract {
  private static final Path PACKAGES = Path.of("/opt/contract-packages");

  private final HostContext context =
      new HostContext(
          PACKAGES,
          Path.of("/var/lib/fleet-installer-contract"),
          new DurableDisk(),
          new SystemTime());
  private final SystemdHost host = new SystemdHost(context, new ChildPrograms());
  private final SlotsOnDisk slots = new SlotsOnDisk(PACKAGES);
  private final List<Slot> made = new ArrayList<>();

  @AfterEach
  void clean() throws Exception {
    for (Slot slot : made) {
      host.uninstall(slot);
    }
    context.disk().deleteTree(Path.of("/var/lib/contract-agent"));
    context.disk().deleteTree(PACKAGES);
    context.disk().deleteTree(context.state());
  }

  @Override
  protected Host host() {
    return host;
  }

  @Override
  protected Slot slot(String version, Map<String, Behaviour> services) throws Exception {
    Slot slot = slots.slot(AGENT, version, services);
    made.add(slot);
    return slot;
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
  void a_service_that_exits_0_by_itself_has_failed_and_one_that_was_stopped_has_not()
      throws Exception {
    Slot slot = slotWithUnit("1.0", "exit 0", "Restart=no");
    switchTo(slot, Optional.empty());
    eventually("its exit is seen", () -> host.state(AGENT, SERVICE).phase() == Phase.FAILED);
    assertThat(host.state(AGENT, SERVICE).lastExit()).contains("status 0");

    Slot next = slot("2.0", Map.of(SERVICE, Behaviour.SERVES));
    switchTo(next, Optional.of(slot));
    running();
    systemctl("stop", SERVICE);

    assertThat(host.state(AGENT, SERVICE).phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void a_script_that_began_before_current_was_turned_is_not_taken_for_what_it_names_now()
      throws Exception {
    String perl = "#!/usr/bin/perl\nsleep 1000000;\n";
    Slot slot = slotWithUnit("1.0", "", "Restart=no");
    Slot next = slot("2.0", Map.of(SERVICE, Behaviour.SERVES));
    Files.writeString(slot.path().resolve("bin/" + SERVICE), perl);
    switchTo(slot, Optional.empty());
    Optional<Path> before = running().executable();

    point(next);

    assertThat(before)
        .hasValueSatisfying(file -> assertThat(file.startsWith(slot.path())).isTrue());
    assertThat(running().executable())
        .hasValueSatisfying(file -> assertThat(file.startsWith(next.path())).isFalse());
  }

  @Test
  void a_start_that_hangs_does_not_hang_us_and_the_way_back_ends_it() throws Exception {
    Slot good = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    Slot hangs = slotWithUnit("2.0", "sleep 1000000", "Type=notify");
    switchTo(good, Optional.empty());
    running();

    switchTo(hangs, Optional.of(good));
    ServiceState starting = host.state(AGENT, SERVICE);
    switchTo(good, Optional.of(hangs));

    assertThat(starting.phase()).isEqualTo(Phase.STARTING);
    assertThat(running().executable())
        .hasValueSatisfying(file -> assertThat(file.startsWith(good.path())).isTrue());
  }

  @Test
  void a_service_that_cannot_be_executed_leaves_a_failure_and_its_reason_in_the_log()
      throws Exception {
    Slot slot = slotWithUnit("1.0", "exit 0", "Restart=no");
    Files.writeString(slot.path().resolve("bin/" + SERVICE), "#!/no/such/interpreter\n");

    switchTo(slot, Optional.empty());

    eventually("its failure is seen", () -> host.state(AGENT, SERVICE).phase() == Phase.FAILED);
    assertThat(host.state(AGENT, SERVICE).lastExit()).contains("status 203");
    eventually(
        "the log has the reason",
        () -> host.log(AGENT, SERVICE, Instant.EPOCH, 100).toString().contains("203/EXEC"));
  }

  @Test
  void enablement_is_given_once_and_stays_what_a_person_made_it() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES, SIDECAR, Behaviour.SERVES));
    Slot next = slot("2.0", Map.of(SERVICE, Behaviour.SERVES));
    switchTo(slot, Optional.empty());
    assertThat(systemctl("is-enabled", SERVICE, SIDECAR)).isEqualTo("enabled\nenabled\n");
    systemctl("disable", SERVICE, SIDECAR);

    switchTo(next, Optional.of(slot));
    switchTo(slot, Optional.of(next));

    assertThat(systemctl("is-enabled", SERVICE, SIDECAR)).isEqualTo("disabled\ndisabled\n");
  }

  @Test
  void a_unit_that_somebody_else_brought_is_refused() throws Exception {
    Path foreign = Path.of("/run/systemd/system", SERVICE);
    Files.createDirectories(foreign.getParent());
    Files.writeString(foreign, "[Service]\nExecStart=/bin/true\n");
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));

    try {
      assertThatThrownBy(() -> host.check(slot))
          .isInstanceOf(Fault.Refused.class)
          .hasMessageContaining(foreign + " is there and not ours");
    } finally {
      Files.delete(foreign);
    }
  }

  @Test
  void accounts_directories_and_config_files_are_made_once() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    Files.writeString(slot.path().resolve("agent.yaml"), "as shipped");
    Slot rich = withPlaces(slot, "contract_agent", "/var/lib/contract-agent/agent.yaml");

    switchTo(rich, Optional.empty());

    Path config = Path.of("/var/lib/contract-agent/agent.yaml");
    assertThat(config).hasContent("as shipped");
    assertThat(Files.getOwner(config).getName()).isEqualTo("contract_agent");
    assertThat(Files.getOwner(config.getParent()).getName()).isEqualTo("contract_agent");
    assertThat(Files.getPosixFilePermissions(config.getParent()))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-x---"));
    Files.writeString(config, "as a person wants it");
    host.install(rich, Optional.of(rich));
    assertThat(config).hasContent("as a person wants it");
  }

  @Test
  void a_link_that_an_agent_put_in_the_way_is_not_followed() throws Exception {
    Slot slot = slot("1.0", Map.of(SERVICE, Behaviour.SERVES));
    Files.writeString(slot.path().resolve("agent.yaml"), "as shipped");
    host.install(
        withPlaces(slot, "contract_agent", "/var/lib/contract-agent/first.yaml"), Optional.empty());
    Path trap = Path.of("/var/lib/contract-agent/trap");
    Files.createSymbolicLink(trap, Path.of("/etc"));
    Slot lured = withPlaces(slot, "contract_agent", trap + "/lured.yaml");

    assertThatThrownBy(() -> host.install(lured, Optional.of(slot))).isInstanceOf(Fault.class);

    assertThat(Path.of("/etc/lured.yaml")).doesNotExist();
    Files.delete(trap);
  }

  private Slot slotWithUnit(String version, String script, String setting) throws Exception {
    Slot slot = slot(version, Map.of(SERVICE, Behaviour.SERVES));
    Files.writeString(slot.path().resolve("bin/" + SERVICE), "#!/bin/sh\n" + script + "\n");
    Files.writeString(
        slot.path().resolve("units/" + SERVICE),
        "[Service]\nExecStart=@CURRENT@/bin/%s\n%s\n".formatted(SERVICE, setting));
    return slot;
  }

  private static Slot withPlaces(Slot slot, String user, String config) {
    Descriptor d = slot.descriptor();
    Descriptor rich =
        new Descriptor(
            d.name(),
            d.version(),
            d.platform(),
            d.services(),
            d.health(),
            d.hooks(),
            List.of(new Descriptor.Account(user)),
            List.of(new Descriptor.Directory("/var/lib/contract-agent", user, "0750")),
            List.of(new Descriptor.ConfigFile("agent.yaml", config, user, "0640")),
            d.setuid(),
            d.capabilities(),
            d.unpackedSize(),
            d.entries());
    return new Slot(slot.release(), slot.path(), slot.current(), rich);
  }

  private static String systemctl(String... words) throws Exception {
    List<String> argv = new ArrayList<>(List.of("systemctl"));
    argv.addAll(List.of(words));
    return new ChildPrograms()
        .run(Programs.Call.of(Duration.ofSeconds(30), argv.toArray(String[]::new)))
        .output();
  }
}
