package io.fleetinstaller.supply;

import static io.fleetinstaller.supply.Editions.edit;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Slot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a staging that was interrupted has made is not trusted: it is looked at again. */
@Timeout(60)
final class BegunDoubtTest {
  @TempDir private Path folder;
  private InterruptedHost host;

  @BeforeEach
  void a_host_without_any_slot() throws Exception {
    host = new InterruptedHost(folder);
  }

  @AfterEach
  void stop() {
    host.close();
  }

  @Test
  void a_byte_that_a_power_cut_changed_is_fetched_again() throws Exception {
    host.kill();
    edit(host.begun().resolve("small/file-1"), 100);
    edit(host.begun().resolve("large"), Editions.LARGE / 2);
    Files.write(host.begun().resolve("small/file-2"), new byte[0]);

    Way way = host.next();
    Slot slot = host.slots.stage(way.delivery());

    assertThat(way.cost().bytes()).isBetween(1L, (long) Editions.LARGE);
    host.assertSame(slot);
  }

  @Test
  void times_and_modes_that_a_power_cut_took_are_made_again() throws Exception {
    host.kill();
    Files.setLastModifiedTime(
        host.begun().resolve("small/file-1"), FileTime.fromMillis(12_345_000));
    assertThat(host.begun().resolve("small/file-2").toFile().setReadable(false, false)).isTrue();

    Slot slot = host.slots.stage(host.next().delivery());

    host.assertSame(slot);
  }

  @Test
  void no_file_of_the_host_is_taken_for_one_that_was_begun() throws Exception {
    host.kill();
    Path outside = folder.resolve("outside");
    Files.move(host.begun().resolve("small"), outside);
    Files.createSymbolicLink(host.begun().resolve("small"), outside);

    Object before = Files.getAttribute(outside.resolve("file-1"), "unix:ctime");

    Slot slot = host.slots.stage(host.next().delivery());

    assertThat(Files.getAttribute(outside.resolve("file-1"), "unix:ctime"))
        .as("neither linked nor touched")
        .isEqualTo(before);
    host.assertSame(slot);
  }

  @Test
  void a_file_that_has_another_name_is_copied_and_not_changed() throws Exception {
    host.kill();
    Path other = folder.resolve("other");
    Files.createLink(other, host.begun().resolve("small/file-1"));
    FileTime then = FileTime.fromMillis(12_345_000);
    Files.setLastModifiedTime(other, then);

    Slot slot = host.slots.stage(host.next().delivery());

    assertThat(Files.getLastModifiedTime(other)).isEqualTo(then);
    assertThat(Files.isSameFile(other, slot.path().resolve("small/file-1"))).isFalse();
    host.assertSame(slot);
  }

  @Test
  void two_files_with_one_content_stay_two_files() throws Exception {
    Path tree = host.editions.tree(4);
    Files.copy(tree.resolve("small/file-1"), tree.resolve("small/same-1"));
    host.image = host.build("4", tree);
    host.kill();

    Slot slot = host.slots.stage(host.next().delivery());

    assertThat(
            Files.isSameFile(
                slot.path().resolve("small/file-1"), slot.path().resolve("small/same-1")))
        .isFalse();
    host.assertSame(slot);
  }

  @ValueSource(
      strings = {"a file", "a link", "a link to itself", "a foreign folder", "nothing else"})
  @ParameterizedTest
  void whatever_stands_in_its_place_is_in_nobodys_way(String what) throws Exception {
    host.kill();
    Path place = host.home().resolve(".begun");
    Path aside = folder.resolve("aside");
    Files.move(place, aside);
    switch (what) {
      case "a file" -> Files.writeString(place, "mine");
      case "a link" -> Files.createSymbolicLink(place, aside);
      case "a link to itself" -> Files.createSymbolicLink(place, Path.of("."));
      case "a foreign folder" -> Files.createDirectories(place.resolve("foreign/bin"));
      default -> Files.createDirectory(place);
    }

    host.breakAt(50);
    Slot slot = host.slots.stage(host.next().delivery());

    assertThat(aside.resolve(host.image.release().slotName()).resolve("large")).exists();
    host.assertSame(slot);
  }
}
