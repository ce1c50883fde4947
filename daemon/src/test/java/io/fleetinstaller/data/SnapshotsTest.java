package io.fleetinstaller.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.host.Kept;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.LoopDisk;
import io.fleetinstaller.io.Needs;
import io.fleetinstaller.io.RealLabels;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SnapshotsTest {
  @TempDir private Path folder;
  private final Snapshots snapshots = new Snapshots(new DurableDisk(), new FileScratch(), 0);
  private Path data;
  private Kept kept;

  @BeforeEach
  void open() throws IOException {
    folder = folder.toRealPath();
    data = folder.resolve("agent");
    kept = Kept.of(data, "00000007");
  }

  @Test
  void a_snapshot_has_all_that_the_data_has() throws Exception {
    write("db/rows", "old");
    Files.setPosixFilePermissions(
        data.resolve("db/rows"), PosixFilePermissions.fromString("rw-r-----"));
    Files.setLastModifiedTime(data.resolve("db/rows"), FileTime.fromMillis(1_000_000));
    Files.createSymbolicLink(data.resolve("to-nowhere"), Path.of("/no/such/thing"));
    Files.createLink(data.resolve("rows-too"), data.resolve("db/rows"));
    Files.setPosixFilePermissions(data.resolve("db"), PosixFilePermissions.fromString("rwx------"));
    Files.setLastModifiedTime(data.resolve("db"), FileTime.fromMillis(2_000_000));

    take();

    Path rows = kept.snapshot().resolve("db/rows");
    assertThat(rows).hasContent("old");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rows)))
        .isEqualTo("rw-r-----");
    assertThat(Files.getLastModifiedTime(rows).toMillis()).isEqualTo(1_000_000);
    assertThat(Files.getLastModifiedTime(rows.getParent()).toMillis()).isEqualTo(2_000_000);
    assertThat(Files.readSymbolicLink(kept.snapshot().resolve("to-nowhere")))
        .isEqualTo(Path.of("/no/such/thing"));
    assertThat(inode(kept.snapshot().resolve("rows-too"))).isEqualTo(inode(rows));
    assertThat(names())
        .containsExactlyInAnyOrder("agent", ".agent.fleet-installer-snapshot-00000007");
  }

  @Test
  void no_file_of_the_snapshot_is_one_of_the_data() throws Exception {
    write("rows", "old");

    take();
    Files.writeString(data.resolve("rows"), "new", StandardOpenOption.TRUNCATE_EXISTING);

    assertThat(inode(kept.snapshot().resolve("rows"))).isNotEqualTo(inode(data.resolve("rows")));
    assertThat(kept.snapshot().resolve("rows")).hasContent("old");
  }

  @Test
  void extended_attributes_come_along() throws Exception {
    write("rows", "old");
    Needs.the(
        Files.getFileStore(data).supportsFileAttributeView(UserDefinedFileAttributeView.class),
        "a file system with extended attributes");
    view(data.resolve("rows")).write("kind", ByteBuffer.wrap(new byte[] {7}));

    take();

    ByteBuffer value = ByteBuffer.allocate(1);
    view(kept.snapshot().resolve("rows")).read("kind", value);
    assertThat(value.array()).containsExactly(7);
  }

  @Tag("F70")
  @Test
  void labels_come_along() throws Exception {
    Needs.root();
    write("rows", "old");
    Files.createSymbolicLink(data.resolve("link"), Path.of("rows"));
    RealLabels.type(data, "var_lib_t");
    RealLabels.type(data.resolve("rows"), "postgresql_db_t");
    RealLabels.type(data.resolve("link"), "etc_t");

    take();

    assertThat(RealLabels.type(kept.snapshot())).contains("var_lib_t");
    assertThat(RealLabels.type(kept.snapshot().resolve("rows"))).contains("postgresql_db_t");
    assertThat(RealLabels.type(kept.snapshot().resolve("link"))).contains("etc_t");
  }

  @Test
  void owners_come_along() throws Exception {
    Needs.root();
    write("rows", "old");
    Files.setAttribute(data.resolve("rows"), "unix:uid", 4321);
    Files.setAttribute(data, "unix:gid", 1234);

    take();

    assertThat(Files.getAttribute(kept.snapshot().resolve("rows"), "unix:uid")).isEqualTo(4321);
    assertThat(Files.getAttribute(kept.snapshot(), "unix:gid")).isEqualTo(1234);
  }

  @Test
  void holes_stay_holes_and_the_length_is_the_same() throws Exception {
    Files.createDirectories(data);
    try (FileChannel channel =
        FileChannel.open(
            data.resolve("sparse"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1}), 0);
      channel.write(ByteBuffer.wrap(new byte[] {2}), (1 << 20) - 1);
      channel.write(ByteBuffer.wrap(new byte[] {0}), 3 << 20);
    }

    take();

    assertThat(Files.mismatch(data.resolve("sparse"), kept.snapshot().resolve("sparse")))
        .isEqualTo(-1);
  }

  @Test
  void of_a_file_of_holes_only_what_is_in_it_needs_room_and_is_read() throws Exception {
    Files.createDirectories(data);
    long far = 1L << 42;
    try (FileChannel channel =
        FileChannel.open(
            data.resolve("sparse"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1}), 0);
      channel.write(ByteBuffer.wrap(new byte[] {2}), far);
    }

    take();

    Path copy = kept.snapshot().resolve("sparse");
    assertThat(Extent.of(data).bytes()).isLessThan(1 << 20);
    assertThat(Files.size(copy)).isEqualTo(far + 1);
    try (FileChannel channel = FileChannel.open(copy)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      channel.read(last, far);
      assertThat(last.array()).containsExactly(2);
    }
  }

  @Test
  void what_is_no_file_is_left_out_and_told() throws Exception {
    write("rows", "old");
    Process made = new ProcessBuilder("mkfifo", data.resolve("pipe").toString()).start();
    Needs.the(made.waitFor() == 0, "mkfifo");

    List<String> notes = snapshots.copy(List.of(kept), _ -> {});
    snapshots.name(List.of(kept));

    assertThat(notes).contains("left out pipe: it is no file, directory or link");
    assertThat(kept.snapshot().resolve("pipe")).doesNotExist();
    assertThat(kept.snapshot().resolve("rows")).hasContent("old");
  }

  @Test
  void a_snapshot_that_is_whole_is_not_taken_again() throws Exception {
    write("rows", "old");
    take();
    write("rows", "new");

    take();

    assertThat(kept.snapshot().resolve("rows")).hasContent("old");
  }

  @Test
  void one_that_was_cut_off_is_taken_anew() throws Exception {
    write("rows", "old");
    Path half = Kept.beside(data, "taking-copy");
    Files.createDirectories(half);
    Files.writeString(half.resolve("half"), "half");

    boolean before = Snapshots.taken(List.of(kept));
    take();

    assertThat(before).isFalse();
    assertThat(kept.snapshot().resolve("half")).doesNotExist();
    assertThat(half).doesNotExist();
  }

  @Test
  void the_data_comes_back_and_what_the_candidate_wrote_stays_aside() throws Exception {
    write("rows", "old");
    take();
    write("rows", "new");
    write("more", "new");

    snapshots.restore(List.of(kept));
    snapshots.restore(List.of(kept));

    assertThat(data.resolve("rows")).hasContent("old");
    assertThat(data.resolve("more")).doesNotExist();
    assertThat(kept.aside().resolve("rows")).hasContent("new");
    assertThat(kept.snapshot()).doesNotExist();
  }

  @Test
  void where_there_was_nothing_there_is_nothing_again() throws Exception {
    take();
    write("rows", "new");

    snapshots.restore(List.of(kept));

    assertThat(data).doesNotExist();
    assertThat(kept.aside().resolve("rows")).hasContent("new");
    assertThat(kept.snapshot()).doesNotExist();
  }

  @Test
  void the_next_upgrade_clears_what_the_last_one_left() throws Exception {
    write("rows", "new");
    Files.createDirectories(Kept.of(data, "00000003").aside());
    Files.createDirectories(Kept.beside(data, "taking-copy"));
    Files.createDirectories(folder.resolve(".agent.fleet-installer-new"));

    snapshots.clear(List.of(kept), _ -> false);

    assertThat(names()).containsExactlyInAnyOrder("agent", ".agent.fleet-installer-new");
  }

  @Test
  void what_a_confirmed_upgrade_left_is_cleared() throws Exception {
    write("rows", "new");
    Files.createDirectories(Kept.of(data, "00000003").snapshot().resolve("old"));

    assertThat(names()).hasSize(2);
    snapshots.clear(List.of(kept), "00000003"::equals);

    assertThat(names()).containsExactly("agent");
  }

  @Test
  void what_never_came_back_is_neither_cleared_nor_forgotten() throws Exception {
    write("rows", "new");
    Path good = Files.createDirectories(Kept.of(data, "00000004").snapshot().resolve("old"));
    Path aside = Files.createDirectories(Kept.of(data, "00000004").aside());

    assertThatThrownBy(() -> snapshots.clear(List.of(kept), "00000003"::equals))
        .isInstanceOf(Fault.Refused.class)
        .hasMessageContaining(good.getParent().toString())
        .extracting(thrown -> ((Fault) thrown).reason().code())
        .isEqualTo(ReasonCode.STATE_DAMAGED);
    snapshots.forget(List.of(kept));
    assertThat(good).isDirectory();
    assertThat(aside).doesNotExist();
  }

  @Test
  void after_an_upgrade_that_went_well_nothing_stands_beside_the_data() throws Exception {
    write("rows", "old");
    take();
    Files.createDirectories(kept.aside());

    snapshots.forget(List.of(kept));

    assertThat(names()).containsExactly("agent");
  }

  @Test
  void deleting_a_snapshot_follows_no_link() throws Exception {
    Files.createDirectories(folder.resolve("precious/here"));
    Files.createDirectories(data);
    Files.createSymbolicLink(data.resolve("out"), folder.resolve("precious"));
    take();

    snapshots.forget(List.of(kept));

    assertThat(folder.resolve("precious/here")).isDirectory();
  }

  @Test
  void data_that_has_no_room_twice_is_refused_and_told_how_much_it_is() throws Exception {
    write("rows", "x".repeat(100_000));
    Snapshots tight = new Snapshots(new DurableDisk(), new FileScratch(), Long.MAX_VALUE / 2);

    assertThatThrownBy(() -> tight.check(List.of(kept)))
        .isInstanceOf(Fault.Transient.class)
        .hasMessageContaining("its snapshot needs")
        .extracting(thrown -> ((Fault) thrown).reason().code())
        .isEqualTo(ReasonCode.DISK_FULL);
    assertThat(names()).containsExactly("agent");
  }

  @Test
  void directories_that_have_room_only_one_at_a_time_are_refused_together() throws Exception {
    try (LoopDisk disk = LoopDisk.make(folder, "ext4")) {
      long bytes = Files.getFileStore(disk.mount()).getUsableSpace() * 29 / 100;
      List<Kept> both = List.of(filled(disk, "rows", bytes), filled(disk, "columns", bytes));

      assertThat(snapshots.check(both.subList(0, 1)).entries()).isEqualTo(2);
      assertThat(snapshots.room(both.subList(0, 1), disk.mount()))
          .isGreaterThan(Files.getFileStore(disk.mount()).getUsableSpace() / 2);
      assertThat(snapshots.room(both.subList(0, 1), folder)).as("of another disk").isZero();
      assertThat(snapshots.check(both.subList(1, 2)).entries()).isEqualTo(2);
      assertThatThrownBy(() -> snapshots.check(both))
          .isInstanceOf(Fault.Transient.class)
          .hasMessageContaining("its snapshot and those before it need")
          .extracting(thrown -> ((Fault) thrown).reason().code())
          .isEqualTo(ReasonCode.DISK_FULL);
    }
  }

  private static Kept filled(LoopDisk disk, String name, long bytes) throws IOException {
    Path directory = Files.createDirectories(disk.mount().resolve(name));
    byte[] piece = new byte[1 << 20];
    try (OutputStream file = Files.newOutputStream(directory.resolve("rows"))) {
      for (long left = bytes; left > 0; left -= piece.length) {
        file.write(piece, 0, (int) Math.min(left, piece.length));
      }
    }
    return Kept.of(directory, "00000007");
  }

  @Test
  void what_cannot_be_looked_at_is_not_taken_for_nothing() throws Exception {
    Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
    List<Kept> hidden = List.of(Kept.of(folder.resolve("loop/agent"), "00000007"));

    assertThatThrownBy(() -> Snapshots.any(hidden)).isInstanceOf(Fault.Transient.class);
    assertThatThrownBy(() -> Snapshots.taken(hidden)).isInstanceOf(Fault.Transient.class);
    assertThatThrownBy(() -> snapshots.restore(hidden)).isInstanceOf(Fault.Transient.class);
  }

  @Test
  void data_where_anybody_could_put_a_snapshot_is_refused() throws Exception {
    write("rows", "old");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> snapshots.check(List.of(kept)))
        .isInstanceOf(Fault.Refused.class)
        .extracting(thrown -> ((Fault) thrown).reason().code())
        .isEqualTo(ReasonCode.INSECURE_FILE);
  }

  @Test
  void a_file_in_place_of_the_data_is_refused() throws Exception {
    Files.writeString(data, "a file");

    assertThatThrownBy(() -> snapshots.check(List.of(kept)))
        .isInstanceOf(Fault.Refused.class)
        .hasMessageContaining("it is no directory");
  }

  @Test
  void data_that_is_a_file_system_of_its_own_is_refused() throws Exception {
    Needs.the(Files.isDirectory(Path.of("/proc/self")), "a file system that is mounted");

    assertThatThrownBy(() -> snapshots.check(List.of(Kept.of(Path.of("/proc"), "00000007"))))
        .isInstanceOf(Fault.Refused.class)
        .hasMessageContaining("a file system is mounted on /proc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"xfs", "btrfs"})
  void files_are_shared_where_the_file_system_can(String type) throws Exception {
    try (LoopDisk disk = LoopDisk.make(folder, type)) {
      Kept there = Kept.of(disk.mount().resolve("agent"), "00000007");
      Files.createDirectories(there.data());
      Files.writeString(there.data().resolve("rows"), "x".repeat(100_000));

      List<String> notes = snapshots.copy(List.of(there), _ -> {});
      snapshots.name(List.of(there));

      assertThat(notes).singleElement().asString().endsWith("shared");
      assertThat(Files.mismatch(there.data().resolve("rows"), there.snapshot().resolve("rows")))
          .isEqualTo(-1);
    }
  }

  private void take() throws Exception {
    snapshots.check(List.of(kept));
    snapshots.copy(List.of(kept), _ -> {});
    snapshots.name(List.of(kept));
  }

  private void write(String name, String text) throws IOException {
    Path file = data.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private List<String> names() throws IOException {
    try (var children = Files.list(folder)) {
      return children.map(child -> child.getFileName().toString()).toList();
    }
  }

  private static Object inode(Path path) throws IOException {
    Map<String, Object> found = Files.readAttributes(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    return found.get("ino");
  }

  private static UserDefinedFileAttributeView view(Path path) {
    return Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
  }
}
