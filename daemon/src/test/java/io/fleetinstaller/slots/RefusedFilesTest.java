package io.fleetinstaller.slots;

import static io.fleetinstaller.slots.Parcel.ANY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.io.Unreadable;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that come wrong, or not at all, make no slot, whichever way they come. */
@Timeout(60)
final class RefusedFilesTest {
  @TempDir Path folder;
  private Slots slots;

  @BeforeEach
  void host() throws IOException {
    Doors doors = new Doors(new DurableDisk(), new FileScratch(), Parcel::read);
    slots = new Slots(Files.createDirectories(folder.resolve("packages")), doors, 0);
  }

  @Test
  void a_file_that_rotted_is_refused_by_name_and_a_sound_inventory_is_without_it()
      throws Exception {
    Parcel parcel = Parcel.agent("1");
    Slot first = slots.stage(parcel.delivery());
    Files.writeString(first.path().resolve("etc/agent.yaml"), "a: c");
    Digest wanted = Digest.of("a: b".getBytes(UTF_8));

    List<Toc> asked = List.of(parcel.table().toc());
    Inventory sound = slots.soundInventory(ANY).of(asked);
    assertThat(slots.inventory(ANY).of(asked).file(wanted, 4)).isPresent();
    assertThat(sound.file(wanted, 4)).isEmpty();
    assertThat(sound.file(Digest.of("agent 1".getBytes(UTF_8)), 7)).isPresent();
  }

  @Test
  void wrong_bytes_are_refused_with_the_files_name_and_the_way_and_leave_nothing() {
    Parcel parcel = Parcel.agent("1");
    Delivery delivery =
        parcel.assembled(
            new Pieces(parcel) {
              @Override
              byte[] content(Toc.Entry entry) {
                byte[] wrong = super.content(entry).clone();
                wrong[0] ^= 1;
                return wrong;
              }
            });

    Fault.Refused fault = catchThrowableOfType(Fault.Refused.class, () -> slots.stage(delivery));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(fault).hasMessageContaining("the test").hasMessageContaining("bin/agent");
    assertThat(folder.resolve("packages")).isEmptyDirectory();
  }

  @Test
  void too_many_bytes_too_few_and_a_copy_of_what_is_not_there_are_refused() {
    refusedWhen((sink, content) -> {
      sink.bytes(content, 0, content.length);
      sink.zeros(1);
    });
    refusedWhen((sink, content) -> {
      sink.zeros(Long.MAX_VALUE);
    });
    refusedWhen((sink, content) -> sink.bytes(content, 0, content.length - 1));
    refusedWhen((sink, content) -> sink.copy(folder.resolve("none"), 0, content.length));
    refusedWhen((sink, content) -> sink.copy(short1(), 0, content.length));
    refusedWhen((sink, content) -> sink.copy(link(), 0, content.length));
    refusedWhen((sink, content) -> sink.copy(pipe(), 0, content.length));
  }

  @Test
  void an_old_file_that_cannot_be_read_is_refused_and_a_sound_inventory_is_without_it()
      throws Exception {
    Slot first = slots.stage(Parcel.agent("1").delivery());
    Digest wanted = Digest.of("a: b".getBytes(UTF_8));
    try (Unreadable bad = Unreadable.make(first.path().resolve("etc/agent.yaml"))) {

      Stock stock = slots.soundInventory(ANY);
      Inventory sound =
          stock
              .of(List.of(Parcel.agent("2").table().toc()))
              .with(stock, Set.of(wanted, Digest.of("agent 1".getBytes(UTF_8))));

      refusedWhen((sink, content) -> sink.copy(bad.file(), 0, content.length));
      assertThat(sound.file(wanted, 4)).isEmpty();
      assertThat(sound.file(Digest.of("agent 1".getBytes(UTF_8)), 7)).isPresent();
    }
  }

  @Test
  void an_interrupt_while_a_file_is_copied_is_no_refusal() throws Exception {
    Path source = Files.writeString(folder.resolve("source"), "agent 1");
    Parcel parcel = Parcel.agent("1");
    Delivery delivery =
        parcel.assembled(
            new Pieces(parcel) {
              @Override
              public void file(Toc.Entry entry, Sink sink) throws Fault, InterruptedException {
                Thread.currentThread().interrupt();
                sink.copy(source, 0, entry.header().size());
              }
            });

    assertThatThrownBy(() -> slots.stage(delivery)).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
    assertNoSlot();
  }

  @Test
  void a_supply_that_breaks_is_a_broken_transfer_and_is_closed() {
    AtomicBoolean closed = new AtomicBoolean();
    Parcel parcel = Parcel.agent("1");
    Delivery delivery =
        parcel.assembled(
            new Pieces(parcel) {
              @Override
              public void file(Toc.Entry entry, Sink sink) throws IOException {
                throw new IOException("connection reset");
              }

              @Override
              public void close() {
                closed.set(true);
              }
            });

    assertThatThrownBy(() -> slots.stage(delivery))
        .isInstanceOfSatisfying(
            Fault.Transient.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.TRANSFER_BROKEN));
    assertThat(closed).isTrue();
    assertNoSlot();
  }

  /** Nothing but what the next try goes on with. */
  private void assertNoSlot() {
    assertThat(folder.resolve("packages/agent"))
        .isDirectoryNotContaining(child -> !child.endsWith(".begun"));
  }

  @Test
  void an_archive_that_is_not_what_its_table_says_is_refused() {
    Parcel parcel = Parcel.agent("1");
    List<UnaryOperator<List<Toc.Entry>>> lies =
        List.of(
            all -> change(all, 1, header(all.get(1), "bin/other", 0755, 7, TarEntry.Owner.ROOT)),
            all -> change(all, 1, header(all.get(1), "bin/agent", 0700, 7, TarEntry.Owner.ROOT)),
            all -> change(all, 1, header(all.get(1), "bin/agent", 0755, 8, TarEntry.Owner.ROOT)),
            all ->
                change(
                    all,
                    1,
                    header(all.get(1), "bin/agent", 0755, 7, new TarEntry.Owner(1, 0, "root", ""))),
            all -> change(all, 1, modified(all.get(1))),
            all -> change(all, 1, digest(all.get(1))),
            all -> change(all, 3, link(all.get(3))),
            all -> change(all, 1, xattr(all.get(1))),
            all -> all.subList(0, 3),
            all -> Stream.concat(all.stream(), Stream.of(all.get(1))).toList());
    for (UnaryOperator<List<Toc.Entry>> lie : lies) {
      Toc toc = new Toc(lie.apply(parcel.table().toc().entries()));
      Delivery delivery = parcel.listed(new Table(toc, new byte[0]));

      Fault.Refused fault = catchThrowableOfType(Fault.Refused.class, () -> slots.stage(delivery));

      assertThat(fault).as("lie %d", lies.indexOf(lie)).isNotNull();
      assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOC_MISMATCH);
      assertThat(folder.resolve("packages")).isEmptyDirectory();
    }
  }

  @Test
  void an_entry_that_may_not_be_unpacked_may_not_be_assembled() {
    Parcel parcel = Parcel.agent("1").file("bin/root", 04755, "root");
    Delivery delivery = parcel.assembled(new Pieces(parcel));

    assertThatThrownBy(() -> slots.stage(delivery))
        .isInstanceOfSatisfying(
            Fault.Refused.class,
            fault -> assertThat(fault.reason().code()).isEqualTo(ReasonCode.PRIVILEGE_REFUSED));
  }

  private void refusedWhen(Behaviour behaviour) {
    Parcel parcel = Parcel.agent("2");
    Delivery delivery =
        parcel.assembled(
            new Pieces(parcel) {
              @Override
              public void file(Toc.Entry entry, Sink sink)
                  throws Fault, InterruptedException, IOException {
                behaviour.file(sink, content(entry));
              }
            });

    Fault.Refused fault = catchThrowableOfType(Fault.Refused.class, () -> slots.stage(delivery));

    assertThat(fault.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(slots.whole(parcel.release().name(), parcel.release().digest())).isEmpty();
  }

  private Path short1() throws IOException {
    return Files.writeString(folder.resolve("short"), "a");
  }

  private Path pipe() {
    Path pipe = folder.resolve("pipe");
    try {
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    return pipe;
  }

  private Path link() throws IOException {
    Path target = Files.writeString(folder.resolve("target"), "agent 1");
    return Files.createSymbolicLink(folder.resolve("link"), target);
  }

  private static Toc.Entry link(Toc.Entry entry) {
    TarEntry said = entry.header();
    return new Toc.Entry(
        new TarEntry(
            said.name(),
            said.kind(),
            said.mode(),
            said.owner(),
            said.modified(),
            0,
            "elsewhere",
            Map.of(),
            List.of()),
        Optional.empty(),
        List.of());
  }

  private static List<Toc.Entry> change(List<Toc.Entry> all, int at, Toc.Entry entry) {
    List<Toc.Entry> changed = new ArrayList<>(all);
    changed.set(at, entry);
    return changed;
  }

  private static Toc.Entry header(
      Toc.Entry entry, String name, int mode, long size, TarEntry.Owner owner) {
    TarEntry said = entry.header();
    return new Toc.Entry(
        new TarEntry(
            name, said.kind(), mode, owner, said.modified(), size, "", Map.of(), List.of()),
        entry.digest(),
        List.of());
  }

  private static Toc.Entry modified(Toc.Entry entry) {
    TarEntry said = entry.header();
    return new Toc.Entry(
        new TarEntry(
            said.name(),
            said.kind(),
            said.mode(),
            said.owner(),
            FileTime.fromMillis(0),
            said.size(),
            "",
            Map.of(),
            List.of()),
        entry.digest(),
        List.of());
  }

  private static Toc.Entry digest(Toc.Entry entry) {
    return new Toc.Entry(entry.header(), Optional.of(Digest.of(new byte[1])), List.of());
  }

  private static Toc.Entry xattr(Toc.Entry entry) {
    TarEntry said = entry.header();
    return new Toc.Entry(
        new TarEntry(
            said.name(),
            said.kind(),
            said.mode(),
            said.owner(),
            said.modified(),
            said.size(),
            "",
            Map.of("user.a", new byte[] {1}),
            List.of()),
        entry.digest(),
        List.of());
  }

  /** What one file is given. */
  private interface Behaviour {
    void file(Sink sink, byte[] content) throws Fault, InterruptedException, IOException;
  }
}
