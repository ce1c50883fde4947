package io.fleetinstaller.slots;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class UnpackingTest {
  private static final byte[] CAPABILITY = {
    1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private final Path root = Jimfs.newFileSystem(Configuration.unix()).getPath("/packages");
  private final Slots slots = slots(root);

  static Stream<Arguments> refusals() {
    return Stream.of(
        unsafe("a name with ..", p -> p.file("../evil", 0644, "x"), "leads out through .."),
        unsafe("a name with .. inside", p -> p.file("a/../../evil", 0644, "x"), "through .."),
        unsafe("an absolute name", p -> p.file("/etc/evil", 0644, "x"), "absolute"),
        unsafe(
            "an absolute name behind a dot", p -> p.file(".//etc/evil", 0644, "x"), "empty part"),
        unsafe("a name with an empty part", p -> p.file("a//b", 0644, "x"), "empty part"),
        unsafe("a dot inside a name", p -> p.file("a/./b", 0644, "x"), "empty part"),
        unsafe("no name", p -> p.file("", 0644, "x"), "no name"),
        unsafe("a line feed", p -> p.file("a\nb", 0644, "x"), "control character"),
        unsafe("an escape", p -> p.file("a\u001b[2Jb", 0644, "x"), "control character"),
        unsafe("a NUL", p -> p.file("é\0b", 0644, "x"), "control character"),
        unsafe("a backslash", p -> p.file("a\\b", 0644, "x"), "backslash"),
        unsafe("a part of 256 bytes", p -> p.file("a".repeat(256), 0644, "x"), "too long"),
        unsafe("101 levels", p -> p.file("a/".repeat(100) + "b", 0644, "x"), "too deep"),
        unsafe("a whiteout", p -> p.file("bin/.wh.agent", 0644, ""), "whiteout"),
        unsafe("our folder", p -> p.file(".fleet-installer/valid", 0644, "x"), "installer's own"),
        unsafe(
            "our folder shouted", p -> p.file(".Fleet-Installer/x", 0644, "x"), "installer's own"),
        unsafe("a link as our folder", p -> p.symlink(".fleet-installer", "/tmp"), "own"),
        unsafe(
            "writing through a link",
            p -> p.symlink("d", "/tmp").file("d/evil", 0644, "x"),
            "no directory"),
        unsafe(
            "writing through a link deep",
            p -> p.symlink("d", "/tmp").file("d/a/evil", 0644, "x"),
            "no directory"),
        unsafe(
            "writing onto a link",
            p -> p.symlink("d", "/tmp/x").file("d", 0644, "x"),
            "another entry"),
        unsafe(
            "a directory onto a link",
            p -> p.symlink("d", "/tmp").directory("d", 0755),
            "another entry"),
        unsafe(
            "a link through a link",
            p -> p.symlink("d", "/tmp").symlink("d/l", "x"),
            "no directory"),
        unsafe("a link that leads out", p -> p.symlink("bin/l", "../../other"), "out of the slot"),
        unsafe(
            "a link to a link that leads out", p -> p.symlink("l", "a/../.."), "out of the slot"),
        unsafe("a link to nothing", p -> p.symlink("l", ""), "link to nothing"),
        unsafe("a link with a control character", p -> p.symlink("l", "a\nb"), "control"),
        unsafe("a hard link out", p -> p.hardlink("l", "../../etc/passwd"), "through .."),
        unsafe("an absolute hard link", p -> p.hardlink("l", "/etc/passwd"), "absolute"),
        unsafe(
            "a hard link through a link",
            p -> p.symlink("d", "/etc").hardlink("l", "d/passwd"),
            "no entry before it"),
        unsafe(
            "a hard link to what is not there",
            p -> p.hardlink("l", "later").file("later", 0644, ""),
            "no entry before"),
        unsafe(
            "a hard link to a directory",
            p -> p.directory("d", 0755).hardlink("l", "d"),
            "to a directory"),
        unsafe(
            "a hard link to our folder", p -> p.hardlink("l", ".fleet-installer/contents"), "own"),
        unsafe("a character device", p -> p.oddity("null", '3'), "neither file"),
        unsafe("a block device", p -> p.oddity("sda", '4'), "neither file"),
        unsafe("a fifo", p -> p.oddity("pipe", '6'), "neither file"),
        unsafe("an unknown type", p -> p.oddity("what", 'Z'), "neither file"),
        unsafe("a file twice", p -> p.file("a", 0644, "1").file("a", 0644, "2"), "another entry"),
        unsafe(
            "a file twice, once with a dot",
            p -> p.file("a", 0644, "1").file("./a", 0644, "2"),
            "another entry"),
        unsafe(
            "a file twice in two layers",
            p -> p.file("a", 0644, "1").nextLayer().file("a", 0644, "2"),
            "another entry"),
        unsafe(
            "a file where a directory is",
            p -> p.directory("a", 0755).file("a", 0644, "2"),
            "another entry"),
        unsafe(
            "a directory where a file is",
            p -> p.file("a", 0644, "").directory("a", 0755),
            "another entry"),
        unsafe(
            "a file below a file",
            p -> p.file("a", 0644, "").file("a/b", 0644, ""),
            "no directory"),
        unsafe(
            "too many implied directories",
            p -> p.file("a/b/c/d", 0644, "").declaring(9, 2),
            "entry of their own"),
        unsafe(
            "an attribute of the kernel",
            p -> p.file("a", 0644, Map.of("trusted.overlay.opaque", new byte[] {'y'}), ""),
            "trusted.overlay.opaque"),
        refused(
            "more bytes than declared",
            ReasonCode.TOO_LARGE,
            p -> p.file("a", 0644, "12345").declaring(4, 9),
            "over the 4 bytes"),
        refused(
            "more entries than declared",
            ReasonCode.TOO_LARGE,
            p -> p.file("a", 0644, "").file("b", 0644, "").declaring(9, 2),
            "more entries than the 2"),
        refused(
            "set-uid",
            ReasonCode.PRIVILEGE_REFUSED,
            p -> p.file("su", 04755, "").setuid("other"),
            "set-uid"),
        refused("set-gid", ReasonCode.PRIVILEGE_REFUSED, p -> p.file("sg", 02755, ""), "set-gid"),
        refused(
            "a set-gid directory",
            ReasonCode.PRIVILEGE_REFUSED,
            p -> p.directory("d", 02755),
            "set-gid"),
        refused(
            "capabilities",
            ReasonCode.PRIVILEGE_REFUSED,
            p -> p.file("ping", 0755, Map.of("security.capability", CAPABILITY), ""),
            "file capabilities"),
        refused(
            "a second name of a set-uid file",
            ReasonCode.PRIVILEGE_REFUSED,
            p -> p.file("su", 04755, "").setuid("su").hardlink("twin", "su"),
            "another name of a privileged file"),
        refused(
            "no archive at all",
            ReasonCode.MALFORMED,
            p -> p.archive("x".repeat(600).getBytes(UTF_8)),
            "no whole archive"),
        refused(
            "something behind the end",
            ReasonCode.MALFORMED,
            p -> p.archive(new byte[1024]).archive("x".getBytes(UTF_8)),
            "behind the end"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void what_has_no_place_in_a_package_is_refused_and_leaves_nothing(
      UnaryOperator<Parcel> spoil, ReasonCode code, String why) throws Exception {
    Delivery delivery = spoil.apply(new Parcel("agent", "1").file("good", 0644, "good")).delivery();

    Fault.Refused refusal = catchThrowableOfType(Fault.Refused.class, () -> slots.stage(delivery));

    assertThat(refusal).isNotNull();
    assertThat(refusal.reason().code()).isEqualTo(code);
    assertThat(refusal).hasMessageContaining(why).hasMessageStartingWith("cannot unpack ");
    assertThat(refusal.getMessage()).doesNotContainPattern("\\p{Cntrl}");
    assertThat(refusal.getSuppressed()).isEmpty();
    assertThat(root).isEmptyDirectory();
    assertThat(root.getParent().resolve("evil")).doesNotExist();
  }

  @Test
  void names_that_take_more_memory_than_the_daemon_has_are_refused() {
    Parcel parcel = Parcel.agent("1");
    String folder = ("x".repeat(250) + "/").repeat(10);
    for (int i = 0; i < 5000; i++) {
      parcel.file(folder + i, 0644, "");
    }

    Fault refused = catchThrowableOfType(Fault.class, () -> slots.stage(parcel.delivery()));

    assertThat(refused.reason().code()).isEqualTo(ReasonCode.TOO_LARGE);
    assertThat(refused).hasMessageContaining("split the package");
  }

  @Test
  void real_packages_links_out_are_kept_as_they_are() throws Exception {
    Parcel parcel =
        Parcel.agent("1")
            .symlink("etc/passwd", "/etc/passwd")
            .symlink("bin/python", "../lib/python3")
            .symlink("dangling", "nowhere")
            .symlink("self", ".");

    Slot slot = slots.stage(parcel.delivery());

    assertThat(Files.readSymbolicLink(slot.path().resolve("etc/passwd")))
        .hasToString("/etc/passwd");
    assertThat(Files.readSymbolicLink(slot.path().resolve("bin/python")))
        .hasToString("../lib/python3");
    assertThat(Files.readSymbolicLink(slot.path().resolve("dangling"))).hasToString("nowhere");
    assertThat(slots.verify(slot)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void every_compression_arrives(Compression compression) throws Exception {
    Slot slot = slots.stage(Parcel.agent("1").packed(compression).delivery());

    assertThat(Files.readString(slot.path().resolve("bin/agent"))).isEqualTo("agent 1");
    assertThat(slots.verify(slot)).isEmpty();
  }

  @Test
  void layers_add_up_and_may_name_a_directory_again() throws Exception {
    Parcel parcel =
        Parcel.agent("1")
            .nextLayer()
            .directory("bin/", 0700)
            .file("bin/more", 0755, "more")
            .hardlink("bin/again", "bin/agent");

    Slot slot = slots.stage(parcel.delivery());

    assertThat(Files.readString(slot.path().resolve("bin/agent"))).isEqualTo("agent 1");
    assertThat(Files.readString(slot.path().resolve("bin/again"))).isEqualTo("agent 1");
    assertThat(Files.readString(slot.path().resolve("bin/more"))).isEqualTo("more");
    assertThat(slots.verify(slot)).isEmpty();
  }

  @Test
  void the_entry_of_the_slot_itself_changes_and_counts_nothing() throws Exception {
    Parcel parcel = Parcel.agent("1");
    Delivery counted = parcel.delivery();
    parcel
        .directory("./", 0700)
        .declaring(counted.descriptor().unpackedSize(), counted.descriptor().entries());

    Slot slot = slots.stage(parcel.delivery());

    assertThat(slots.verify(slot)).isEmpty();
  }

  @Test
  void names_that_are_one_on_a_file_system_without_case_are_refused() throws Exception {
    Slots windows = slots(Jimfs.newFileSystem(Configuration.windows()).getPath("C:\\packages"));
    Delivery delivery =
        new Parcel("agent", "1").file("readme", 0644, "1").file("README", 0644, "2").delivery();

    Fault.Refused refusal =
        catchThrowableOfType(Fault.Refused.class, () -> windows.stage(delivery));

    assertThat(refusal).hasMessageContaining("'README'").hasMessageContaining("takes its name");
    assertThat(slots.stage(delivery).path().resolve("README")).exists();
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(
      strings = {"con", "lib/NUL.txt", "a:b", "trailing.", "trailing ", "what?", "com1", "LPT9.x"})
  void names_that_windows_has_not_got_are_refused_there_only(String name) throws Exception {
    Slots windows = slots(Jimfs.newFileSystem(Configuration.windows()).getPath("C:\\packages"));
    Delivery delivery = new Parcel("agent", "1").file(name, 0644, "1").delivery();

    Fault.Refused refusal =
        catchThrowableOfType(Fault.Refused.class, () -> windows.stage(delivery));

    assertThat(refusal).hasMessageContaining("Windows has no such name");
    assertThat(slots.stage(delivery).path().resolve(name)).exists();
  }

  private static Arguments unsafe(String name, UnaryOperator<Parcel> spoil, String why) {
    return refused(name, ReasonCode.UNSAFE_ENTRY, spoil, why);
  }

  private static Arguments refused(
      String name, ReasonCode code, UnaryOperator<Parcel> spoil, String why) {
    return Arguments.of(Named.of(name, spoil), code, why);
  }

  private static Slots slots(Path root) {
    try {
      Files.createDirectories(root);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return new Slots(root, new Doors(new DurableDisk(), new FileScratch(), Parcel::read), 0);
  }
}
