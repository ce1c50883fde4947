package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Behaviour;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.SlotsOnDisk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Labels;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Sealed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The record of whose units are ours is lost, in every way in which a file can be. */
@Tag("F04")
class LostClaimsTest {
  private static final PackageName AGENT = new PackageName("agent");
  private static final String UNIT = "agent.service";

  @TempDir Path root;
  private Path etc;
  private Path claim;
  private SystemdHost host;
  private Slot slot;
  private final ScriptedPrograms programs = new ScriptedPrograms();

  @BeforeEach
  void host_with_an_installed_package() throws Exception {
    etc = Files.createDirectories(root.resolve("etc"));
    claim = root.resolve("state/claims/agent");
    HostContext context =
        new HostContext(
            root.resolve("packages"), root.resolve("state"), new DurableDisk(), new FakeTime());
    host = new SystemdHost(context, programs, Labels.none(), List.of(etc));
    slot =
        new SlotsOnDisk(root.resolve("packages")).slot(AGENT, "1", Map.of(UNIT, Behaviour.SERVES));
    Sealed.seal(slot);
    programs.expect("systemctl enable --no-reload " + UNIT);
    host.install(slot, Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"deleted", "", "garbage", "unit=agent.service", "a directory"})
  void the_units_are_known_again_by_what_is_in_them(String damage) throws Exception {
    Files.delete(claim);
    switch (damage) {
      case "deleted" -> {}
      case "a directory" -> Files.createDirectories(claim.resolve("x"));
      case String text -> Files.writeString(claim, text);
    }

    host.check(slot);
    host.install(slot, Optional.empty());

    assertThat(claim).content().contains("unit=agent.service installed");
    boolean kept = Files.exists(claim.resolveSibling("agent.corrupt"));
    assertThat(kept).isEqualTo(!damage.equals("deleted"));
    programs.assertDone();
  }
}
