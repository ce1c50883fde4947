package io.fleetinstaller.slots;

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
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.release.Version;
import io.fleetinstaller.toc.PackedToc;
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
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whichever way the files of a release come, the same slot comes out, or none. */
@Timeout(60)
final class AssembledTest {
  private static final PackageName AGENT = new PackageName("agent");
  private static final Release ANY = new Release(AGENT, new Version("9"), Digest.of(new byte[0]));

  @TempDir Path folder;
  private Slots slots;

  @BeforeEach
  void host() {
    slots = slots("packages");
  }

  @Test
  void an_assembled_slot_is_the_packed_one_to_the_last_bit() throws Exception {
    Parcel parcel = large("1");

    Slot packed = slots("packed").stage(parcel.delivery());
    Slot listed = slots("listed").stage(parcel.listed(parcel.table()));
    Slot assembled = slots.stage(parcel.assembled(new Pieces(parcel)));

    assertThat(tree(assembled)).isEqualTo(tree(packed));
    assertThat(tree(listed)).isEqualTo(tree(packed));
    assertThat(marker(assembled)).isEqualTo(marker(packed)).isEqualTo(marker(listed));
    assertThat(slots.verify(assembled)).isEmpty();
  }

  @Test
  void the_slot_keeps_its_table_of_contents_and_needs_none() throws Exception {
    Parcel parcel = Parcel.agent("1");

    Slot with = slots.stage(parcel.assembled(new Pieces(parcel)));
    Slot without = slots("plain").stage(parcel.delivery());

    assertThat(with.path().resolve(".fleet-installer/toc")).hasContent("packed table");
    assertThat(without.path().resolve(".fleet-installer/toc")).doesNotExist();
    assertThat(slots.verify(with)).isEmpty();
  }

  @Test
  void what_a_slot_holds_already_is_copied() throws Exception {
    Parcel old = large("1");
    Slot first = slots.stage(old.delivery());
    Parcel parcel = large("2");
    Inventory inventory = slots.inventory(ANY).of(List.of(parcel.table().toc()));

    Slot second =
        slots.stage(
            parcel.assembled(
                new Pieces(parcel) {
                  @Override
                  public void file(Toc.Entry entry, Sink sink)
                      throws Fault, InterruptedException, IOException {
                    Inventory.Held held =
                        inventory
                            .file(entry.digest().orElseThrow(), entry.header().size())
                            .orElseThrow();
                    sink.copy(held.file(), 0, 7);
                    sink.copy(held.file(), 7, held.length() - 7);
                  }
                }));

    assertThat(tree(second)).isEqualTo(tree(first));
    assertThat(slots.verify(second)).isEmpty();
    assertThat(slots.verify(first)).isEmpty();
  }

  @Test
  void chunks_are_known_by_the_table_that_a_slot_keeps() throws Exception {
    Parcel parcel = large("1");
    Digest chunk = Digest.of("a chunk".getBytes(UTF_8));
    List<Toc.Entry> entries =
        parcel.table().toc().entries().stream()
            .map(entry ->
                switch ((int) entry.header().size()) {
                  case 0 -> entry;
                  case 8 -> chunks(entry, chunk(0, 0, 8, entry.digest().orElseThrow()));
                  default ->
                      chunks(
                          entry,
                          chunk(8, 0, 500, Digest.of(new byte[1])),
                          chunk(508, 500, 999_500, chunk));
                })
            .toList();
    Table table = new Table(new Toc(entries), PackedToc.of(new Toc(entries)));

    Slot slot = slots.stage(parcel.listed(table));

    Inventory inventory = slots.inventory(ANY).of(List.of(table.toc()));
    assertThat(inventory.chunk(chunk, 999_500))
        .contains(new Inventory.Held(slot.path().resolve("large"), 500, 999_500));
    assertThat(inventory.chunk(chunk, 999_501)).isEmpty();
    assertThat(inventory.chunk(Digest.of("an agent".getBytes(UTF_8)), 8)).isPresent();
  }

  private static Toc.Entry chunks(Toc.Entry entry, Toc.Chunk... chunks) {
    return new Toc.Entry(entry.header(), entry.digest(), List.of(chunks));
  }

  private static Toc.Chunk chunk(long place, long offset, long length, Digest digest) {
    return new Toc.Chunk(
        offset, length, digest, Optional.of(new Toc.Place(place, place + length, 0)));
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
    assertThat(slots.whole(AGENT, parcel.release().digest())).isEmpty();
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

  private Slots slots(String name) {
    Doors doors = new Doors(new DurableDisk(), new FileScratch(), Parcel::read);
    try {
      return new Slots(Files.createDirectories(folder.resolve(name)), doors, 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Parcel large(String version) {
    return new Parcel("agent", version)
        .directory("bin", 0755)
        .file("bin/agent", 0755, "an agent")
        .symlink("bin/link", "agent")
        .hardlink("bin/twin", "bin/agent")
        .file("empty", 0600, "")
        .file("large", 0640, "0123456789".repeat(100_000));
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

  private static String marker(Slot slot) throws IOException {
    return Files.readString(slot.path().resolve(".fleet-installer/valid"));
  }

  /** Every name with its mode, owner, time and content. */
  private static Map<String, String> tree(Slot slot) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(slot.path())) {
      for (Path path : paths.toList()) {
        String name = slot.path().relativize(path).toString();
        if (!name.startsWith(".fleet-installer")) {
          Map<String, Object> all =
              Files.readAttributes(
                  path,
                  "unix:mode,uid,gid,lastModifiedTime",
                  java.nio.file.LinkOption.NOFOLLOW_LINKS);
          boolean root = name.isEmpty();
          found.put(
              name,
              "%s %s:%s %s %s"
                  .formatted(
                      all.get("mode"),
                      all.get("uid"),
                      all.get("gid"),
                      root ? FileTime.fromMillis(0) : all.get("lastModifiedTime"),
                      Files.isRegularFile(path) ? Digest.of(Files.readAllBytes(path)) : ""));
        }
      }
    }
    return found;
  }

  /** What one file is given. */
  private interface Behaviour {
    void file(Sink sink, byte[] content) throws Fault, InterruptedException, IOException;
  }

  /** Gives every file in pieces of odd sizes. */
  private static class Pieces implements Supply {
    private final Parcel parcel;

    Pieces(Parcel parcel) {
      this.parcel = parcel;
    }

    byte[] content(Toc.Entry entry) {
      return parcel.content(entry.header().name());
    }

    @Override
    public void file(Toc.Entry entry, Sink sink) throws Fault, InterruptedException, IOException {
      byte[] content = content(entry);
      assertThat(content).isNotEmpty();
      for (int at = 0; at < content.length; at += 300_007) {
        sink.bytes(content, at, Math.min(300_007, content.length - at));
      }
    }

    @Override
    public void close() {}
  }
}
