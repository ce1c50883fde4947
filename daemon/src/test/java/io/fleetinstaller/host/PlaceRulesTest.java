package io.fleetinstaller.host;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A revert renames an agent's data away: nothing that others need may be in it. */
final class PlaceRulesTest {
  @TempDir Path root;
  private PlaceRules rules;
  private Slot slot;

  @BeforeEach
  void open() throws IOException {
    root = root.toRealPath();
    Path packages = Files.createDirectories(root.resolve("opt/packages"));
    Path state = Files.createDirectories(root.resolve("lib/fi"));
    rules = new PlaceRules(new HostContext(packages, state, new DurableDisk(), new FakeTime()));
    slot = new SlotsOnDisk(packages).slot(new PackageName("agent"), "1.0", Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"lib", "opt", "lib/fi", "lib/fi/armed", "opt/packages/agent"})
  void data_that_holds_or_lies_in_what_is_ours_is_refused(String place) {
    Slot keeping = keeping(root.resolve(place));

    assertRefused(keeping);
  }

  @Test
  void a_link_to_what_holds_ours_is_refused() throws IOException {
    Path link = Files.createSymbolicLink(root.resolve("link"), root.resolve("lib"));

    assertRefused(keeping(link));
    assertRefused(keeping(link.resolve("fi")));
  }

  @Test
  void ours_is_found_behind_a_link_too() throws IOException {
    Files.createDirectories(root.resolve("disk/packages"));
    Path packages = Files.createSymbolicLink(root.resolve("linked"), root.resolve("disk/packages"));
    Path state = root.resolve("lib/fi");
    rules = new PlaceRules(new HostContext(packages, state, new DurableDisk(), new FakeTime()));

    assertRefused(keeping(root.resolve("disk")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/var/lib",
        "/var/log",
        "/var/cache",
        "/var/spool",
        "/run/systemd",
        "/run/fleet-installer"
      })
  void data_that_holds_that_of_the_whole_host_is_refused(String place) {
    Slot keeping = keeping(Path.of(place));

    assertRefused(keeping);
  }

  @Test
  void data_of_its_own_is_allowed() {
    Slot inside = keeping(root.resolve("lib/agent"));
    Slot deep = keeping(Path.of("/var/lib/agent"));

    assertThatCode(() -> rules.check(inside)).doesNotThrowAnyException();
    assertThatCode(() -> rules.check(deep)).doesNotThrowAnyException();
  }

  private void assertRefused(Slot refused) {
    assertThatThrownBy(() -> rules.check(refused))
        .isInstanceOf(Fault.Refused.class)
        .extracting(thrown -> ((Fault) thrown).reason().code())
        .isEqualTo(ReasonCode.CONFLICT);
  }

  private Slot keeping(Path place) {
    Descriptor d = slot.descriptor();
    Descriptor changed =
        new Descriptor(
            d.name(),
            d.version(),
            d.platform(),
            d.services(),
            d.health(),
            d.hooks(),
            d.accounts(),
            d.directories(),
            d.configFiles(),
            d.setuid(),
            d.capabilities(),
            new Descriptor.Data(List.of(place.toString()), false),
            d.immutable(),
            d.unpackedSize(),
            d.entries());
    return new Slot(slot.release(), slot.path(), slot.current(), changed);
  }
}
