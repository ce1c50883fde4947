package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Needs;
import io.fleetinstaller.io.Unreadable;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Difference.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerificationTest {
  @TempDir private Path folder;
  private Slots slots;
  private Slot slot;

  @BeforeEach
  void aWholeSlot() throws Exception {
    slots = new Slots(folder, new Doors(new DurableDisk(), new FileScratch(), Parcel::read), 0);
    slot = slots.stage(Parcel.agent("1").delivery());
  }

  @Test
  void an_untouched_slot_differs_in_nothing() throws Exception {
    assertThat(slots.verify(slot)).isEmpty();
  }

  @Test
  void every_kind_of_change_is_named() throws Exception {
    Files.writeString(at("bin/agent"), "agent 2");
    Files.setAttribute(at("bin/agent"), "unix:mode", 0777);
    Files.delete(at("etc/agent.yaml"));
    Files.delete(at("bin/link"));
    Files.createSymbolicLink(at("bin/link"), Path.of("/tmp/evil"));
    Files.createDirectories(at("new/deep"));

    List<Difference> differences = slots.verify(slot);

    assertThat(differences)
        .extracting(Difference::toString)
        .containsExactlyInAnyOrder(
            differences.getFirst().toString(),
            "bin/agent: mode is 777 and should be 755",
            "etc/agent.yaml is missing",
            "bin/link: link is /tmp/evil and should be agent",
            "new does not belong there");
    assertThat(differences.getFirst()).matches(difference -> difference.kind() == Kind.CONTENT);
  }

  @Tag("F19")
  @Test
  void the_same_size_and_time_do_not_hide_another_content() throws Exception {
    FileTime time = Files.getLastModifiedTime(at("bin/agent"));
    Files.write(at("bin/agent"), new byte[] {'A'}, StandardOpenOption.WRITE);
    Files.setLastModifiedTime(at("bin/agent"), time);

    assertThat(slots.verify(slot))
        .extracting(Difference::path, Difference::kind)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("bin/agent", Kind.CONTENT));
  }

  @Test
  void what_cannot_be_read_is_told_like_what_has_changed() throws Exception {
    try (Unreadable bad = Unreadable.make(at("etc/agent.yaml"))) {
      List<Difference> differences = slots.verify(slot);

      assertThat(bad.file()).exists();
      assertThat(differences)
          .extracting(Difference::path, Difference::kind)
          .containsExactly(org.assertj.core.groups.Tuple.tuple("etc/agent.yaml", Kind.CONTENT));
      assertThat(differences.getFirst().found()).contains("Input/output error");
      assertThat(differences.getFirst()).matches(Difference::breaksIt);
    }
  }

  @Test
  void an_interrupt_is_no_difference() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> slots.verify(slot)).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void another_type_is_named_and_not_followed() throws Exception {
    Files.delete(at("etc/agent.yaml"));
    Files.createSymbolicLink(at("etc/agent.yaml"), Path.of("/no/passwd"));
    Files.delete(at("bin/link"));
    Files.createDirectory(at("bin/link"));

    assertThat(slots.verify(slot))
        .extracting(Difference::toString)
        .containsExactlyInAnyOrder(
            "etc/agent.yaml: type is SYMLINK and should be FILE",
            "bin/link: type is DIRECTORY and should be SYMLINK");
  }

  @Test
  void a_copy_in_place_of_a_hard_link_is_named() throws Exception {
    Files.delete(at("bin/twin"));
    Files.copy(at("bin/agent"), at("bin/twin"));

    assertThat(slots.verify(slot))
        .extracting(Difference::toString)
        .containsExactly(
            "bin/twin: link is something else and should be another name of bin/agent");
  }

  @Test
  void owners_and_new_capabilities_are_named() throws Exception {
    Needs.root();
    Files.setAttribute(at("etc/agent.yaml"), "unix:uid", 12345);
    byte[] capability = {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    new FileScratch()
        .attributes(
            at("bin/agent"),
            new io.fleetinstaller.io.Scratch.Attributes(
                null, null, null, java.util.Map.of("security.capability", capability)));

    assertThat(slots.verify(slot))
        .extracting(Difference::toString)
        .containsExactlyInAnyOrder(
            "etc/agent.yaml: owner is 12345:0 and should be 0:0",
            "bin/agent: attribute is security.capability=0100000200040000000000000000000000000000"
                + " and should be security.capability=");
  }

  @Test
  void contents_that_nobody_vouches_for_are_no_measure() throws Exception {
    Path contents = at(".fleet-installer/contents");
    Files.writeString(at("bin/agent"), "agent 2");
    Files.writeString(contents, Files.readString(contents).replace("agent", "tnega"));

    assertThat(slots.verify(slot))
        .extracting(Difference::path, Difference::kind)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(".fleet-installer/contents", Kind.CONTENT));
  }

  @Test
  void notes_that_are_gone_are_named() throws Exception {
    Files.delete(at(".fleet-installer/descriptor.json"));
    Files.delete(at(".fleet-installer/contents"));
    List<Difference> differences = slots.verify(slot);

    Files.delete(at(".fleet-installer/valid"));

    assertThat(differences)
        .extracting(Difference::toString)
        .containsExactly(
            ".fleet-installer/descriptor.json is missing", ".fleet-installer/contents is missing");
    assertThat(slots.verify(slot))
        .extracting(Difference::toString)
        .containsExactly(".fleet-installer/valid is missing");
  }

  private Path at(String path) throws IOException {
    return slot.path().resolve(path);
  }
}
