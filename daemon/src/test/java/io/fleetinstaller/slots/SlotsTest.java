package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SlotsTest {
  private static final PackageName AGENT = new PackageName("agent");

  private final Path root = Jimfs.newFileSystem(Configuration.unix()).getPath("/packages");
  private final Path home = root.resolve("agent");
  private final Slots slots = new Slots(root, FaultyDisk.sound().doors(), 0);

  @BeforeEach
  void emptyHost() throws IOException {
    Files.createDirectories(root);
  }

  @Test
  void a_host_with_nothing_has_nothing() throws Exception {
    Slots nowhere = new Slots(root.resolve("missing"), FaultyDisk.sound().doors(), 0);

    assertThat(slots.names()).isEmpty();
    assertThat(nowhere.names()).isEmpty();
    assertThat(nowhere.read(AGENT))
        .isEqualTo(new Installed(AGENT, Optional.empty(), Optional.empty(), List.of()));
    nowhere.sweep();
    nowhere.unpoint(AGENT);
    nowhere.prune(AGENT, Set.of());
  }

  @Test
  void what_was_staged_and_pointed_at_is_read_again() throws Exception {
    Slot one = stage("1");
    Slot two = stage("2");
    slots.point(two);
    slots.pointPrevious(AGENT, Optional.of(one.release()));

    Installed installed = slots.read(AGENT);

    assertThat(installed.current()).contains(two);
    assertThat(installed.previous()).contains(one);
    assertThat(installed.whole()).containsExactly(one, two);
    assertThat(slots.names()).containsExactly(AGENT);
    assertThat(Files.readSymbolicLink(home.resolve("current")))
        .hasToString(two.release().slotName());
    assertThat(two.current()).isEqualTo(home.resolve("current"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nowhere", "/etc", "../../etc", ".", "..", "notes", "9-0123456789ab"})
  void a_link_that_names_no_slot_of_ours_names_nothing(String target) throws Exception {
    stage("1");
    Files.createDirectories(home.resolve("9-0123456789ab"));
    Files.writeString(home.resolve("notes"), "mine");

    Files.createSymbolicLink(home.resolve("current"), path(target));

    assertThat(slots.read(AGENT).current()).isEmpty();
    assertThat(slots.read(AGENT).whole()).hasSize(1);
  }

  @Tag("F10")
  @ParameterizedTest
  @ValueSource(strings = {"%s", "./%s", "/packages/agent/%s", "../agent/%s", "%s/"})
  void current_is_known_and_kept_however_its_link_is_written(String form) throws Exception {
    Slot one = stage("1");
    Files.createSymbolicLink(
        home.resolve("current"), path(form.formatted(one.release().slotName())));

    slots.prune(AGENT, Set.of());
    slots.discard(one.release());

    assertThat(slots.read(AGENT).current()).contains(one);
  }

  @Tag("F15")
  @Test
  void pruning_keeps_current_previous_and_what_is_asked_for() throws Exception {
    Slot one = stage("1");
    Slot two = stage("2");
    Slot three = stage("3");
    stage("4");
    slots.point(three);
    slots.pointPrevious(AGENT, Optional.of(one.release()));

    slots.prune(AGENT, Set.of(two.release().digest()));

    assertThat(slots.read(AGENT).whole()).containsExactly(one, two, three);
    slots.prune(AGENT, Set.of());
    assertThat(slots.read(AGENT).whole()).containsExactly(one, three);
    assertThat(home.resolve(".staging")).doesNotExist();
  }

  @Tag("F14")
  @Test
  void pruning_takes_unmarked_slots_of_ours_and_nothing_of_anybody_else() throws Exception {
    Slot unmarked = stage("1");
    Files.delete(unmarked.path().resolve(".fleet-installer/valid"));
    Path copy = home.resolve("copy-of-mine");
    Files.createDirectories(copy.resolve(".fleet-installer"));
    Files.copy(
        unmarked.path().resolve(".fleet-installer/release.json"),
        copy.resolve(".fleet-installer/release.json"));
    Files.createDirectories(home.resolve("9-0123456789ab/lib"));
    Files.writeString(home.resolve("notes"), "mine");
    Files.createSymbolicLink(home.resolve("link"), unmarked.path());

    slots.prune(AGENT, Set.of());

    assertThat(unmarked.path()).doesNotExist();
    assertThat(home)
        .isDirectoryContaining("glob:**copy-of-mine")
        .isDirectoryContaining("glob:**9-0123456789ab")
        .isDirectoryContaining("glob:**notes");
    assertThat(Files.isSymbolicLink(home.resolve("link"))).isTrue();
  }

  @Test
  void a_slot_of_another_package_in_our_folder_is_not_ours() throws Exception {
    Slot other = slots.stage(Parcel.agent("1").delivery());
    Path moved = root.resolve("other").resolve(other.release().slotName());
    Files.createDirectories(moved.getParent());
    Files.move(other.path(), moved);

    slots.prune(new PackageName("other"), Set.of());

    assertThat(slots.names()).isEmpty();
    assertThat(slots.read(new PackageName("other")).whole()).isEmpty();
    assertThat(moved.resolve("bin/agent")).exists();
  }

  @Tag("F12")
  @Tag("F13")
  @Test
  void a_release_that_a_link_names_is_not_discarded() throws Exception {
    Slot one = stage("1");
    Slot two = stage("2");
    Slot three = stage("3");
    slots.point(two);
    slots.pointPrevious(AGENT, Optional.of(one.release()));

    slots.discard(one.release());
    slots.discard(two.release());
    slots.discard(three.release());
    slots.discard(three.release());

    assertThat(slots.read(AGENT).whole()).containsExactly(one, two);
  }

  @Test
  void only_a_whole_slot_becomes_current() throws Exception {
    Slot one = stage("1");
    Slot two = stage("2");
    slots.point(one);
    Files.writeString(two.path().resolve(".fleet-installer/contents"), "changed");

    assertThatThrownBy(() -> slots.point(two))
        .isInstanceOfSatisfying(
            Fault.Broken.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.SLOT_DAMAGED));

    assertThat(slots.read(AGENT).current()).contains(one);
  }

  @ParameterizedTest
  @ValueSource(strings = {"valid", "contents", "descriptor.json", "release.json"})
  void a_slot_with_a_damaged_note_is_not_whole(String note) throws Exception {
    Slot one = stage("1");
    Path file = one.path().resolve(".fleet-installer").resolve(note);
    byte[] bytes = Files.readAllBytes(file);
    for (int length = 0; length < bytes.length; length += 1 + bytes.length / 20) {
      Files.write(file, java.util.Arrays.copyOf(bytes, length));

      assertThat(slots.read(AGENT).whole()).as("%s cut at %d", note, length).isEmpty();
    }

    Files.write(file, bytes);
    assertThat(slots.read(AGENT).whole()).containsExactly(one);
  }

  @Test
  void a_directory_in_the_place_of_current_is_not_touched() throws Exception {
    Slot one = stage("1");
    Files.createDirectories(home.resolve("current/mine"));

    assertThatThrownBy(() -> slots.point(one))
        .isInstanceOfSatisfying(
            Fault.Broken.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.CONFLICT));
    slots.unpoint(AGENT);

    assertThat(home.resolve("current/mine")).exists();
  }

  @Test
  void previous_goes_when_its_slot_is_gone() throws Exception {
    Slot one = stage("1");
    Slot two = stage("2");
    slots.pointPrevious(AGENT, Optional.of(one.release()));
    Files.delete(one.path().resolve(".fleet-installer/valid"));

    slots.pointPrevious(AGENT, Optional.of(one.release()));

    assertThat(Files.exists(home.resolve("previous"), java.nio.file.LinkOption.NOFOLLOW_LINKS))
        .isFalse();
    assertThat(slots.read(AGENT).whole()).containsExactly(two);
  }

  @Tag("F05")
  @ValueSource(strings = {"a file", "a link"})
  @ParameterizedTest
  void what_stands_in_the_place_of_the_staging_folder_is_in_nobodys_way(String what)
      throws Exception {
    Files.createDirectories(home);
    if (what.equals("a file")) {
      Files.writeString(home.resolve(".staging"), "x");
    } else {
      Files.createSymbolicLink(home.resolve(".staging"), root);
    }

    Slot slot = stage("1.0");

    assertThat(slot.path()).isDirectory();
    assertThat(home.resolve(".staging")).doesNotExist();
    assertThat(root).isDirectory();
  }

  @Test
  void sweeping_empties_the_staging_folders_of_all_packages_only() throws Exception {
    stage("1");
    Files.createDirectories(home.resolve(".staging/half/bin"));
    Files.createDirectories(root.resolve("other/.staging/half"));
    Files.createDirectories(root.resolve("other/kept"));
    Files.createDirectories(root.resolve("UPPER CASE/.staging"));

    slots.sweep();

    assertThat(home.resolve(".staging")).doesNotExist();
    assertThat(root.resolve("other/.staging")).doesNotExist();
    assertThat(root.resolve("other/kept")).exists();
    assertThat(root.resolve("UPPER CASE/.staging")).exists();
  }

  private Slot stage(String version) throws Exception {
    return slots.stage(Parcel.agent(version).delivery());
  }

  private Path path(String text) {
    return root.getFileSystem().getPath(text);
  }
}
