package io.fleetinstaller.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Labels;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlacesTest {
  private final Places places =
      new Places(
          new DurableDisk(),
          call -> {
            throw new AssertionError("nothing here is another user's: " + call.argv());
          },
          Labels.none());

  @TempDir Path folder;
  private Path root;
  private Slot slot;

  @BeforeEach
  void make() throws Exception {
    root = folder.toRealPath();
    slot =
        new SlotsOnDisk(root.resolve("packages"))
            .slot(new PackageName("agent"), "1.0", Map.of("agent", Behaviour.SERVES));
    Files.writeString(slot.path().resolve("agent.yaml"), "as shipped");
  }

  @Test
  void what_is_missing_is_made_with_exact_modes() throws Exception {
    places.make(with("var/lib/agent", "etc/agent/agent.yaml"));

    Path file = root.resolve("etc/agent/agent.yaml");
    assertThat(mode(root.resolve("var/lib/agent"))).isEqualTo("rwxrwx---");
    assertThat(mode(root.resolve("var/lib"))).isEqualTo("rwxr-xr-x");
    assertThat(mode(file)).isEqualTo("rw-r-----");
    assertThat(file).hasContent("as shipped");
  }

  @Tag("F70")
  @Test
  void where_selinux_is_on_what_was_made_is_labelled_and_nothing_else() throws Exception {
    Files.createDirectories(root.resolve("etc"));
    List<String> calls = new ArrayList<>();
    Programs programs =
        call -> {
          calls.add(String.join(" ", call.argv()));
          return new Programs.Result(call, 0, false, "", "");
        };
    Places labelling = new Places(new DurableDisk(), programs, new Labels(programs, () -> true));

    labelling.make(with("var/lib/agent", "etc/agent/agent.yaml"));
    labelling.make(with("var/lib/agent", "etc/agent/agent.yaml"));

    assertThat(calls)
        .containsExactly(
            "restorecon -i -F %s %s %s"
                .formatted(
                    root.resolve("var"), root.resolve("var/lib"), root.resolve("var/lib/agent")),
            "restorecon -i -F %s %s"
                .formatted(root.resolve("etc/agent"), root.resolve("etc/agent/agent.yaml")));
  }

  @Test
  void what_is_there_is_not_changed() throws Exception {
    Path directory = Files.createDirectories(root.resolve("lib"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    Path file = Files.writeString(root.resolve("agent.yaml"), "as a person wants it");

    places.make(with("lib", "agent.yaml"));

    assertThat(mode(directory)).isEqualTo("rwx------");
    assertThat(file).hasContent("as a person wants it");
  }

  @Test
  void a_config_file_that_is_a_link_to_nowhere_is_left_alone() throws Exception {
    Path link = Files.createSymbolicLink(root.resolve("agent.yaml"), root.resolve("elsewhere"));

    places.make(with("lib", "agent.yaml"));

    assertThat(link).isSymbolicLink();
    assertThat(root.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void a_link_in_the_place_of_a_directory_is_refused() throws Exception {
    Files.createSymbolicLink(root.resolve("lib"), Files.createDirectory(root.resolve("other")));

    assertThatThrownBy(() -> places.make(with("lib", "agent.yaml")))
        .isInstanceOf(Fault.Refused.class)
        .hasMessageContaining("a file or link is in the way; move it away");
  }

  private Slot with(String directory, String file) {
    Descriptor d = slot.descriptor();
    String owner = System.getProperty("user.name");
    return new Slot(
        slot.release(),
        slot.path(),
        slot.current(),
        new Descriptor(
            d.name(),
            d.version(),
            d.platform(),
            d.services(),
            d.health(),
            d.hooks(),
            d.accounts(),
            List.of(new Descriptor.Directory(root.resolve(directory).toString(), owner, "0770")),
            List.of(
                new Descriptor.ConfigFile(
                    "agent.yaml", root.resolve(file).toString(), owner, "0640")),
            d.setuid(),
            d.capabilities(),
            d.unpackedSize(),
            d.entries()));
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
