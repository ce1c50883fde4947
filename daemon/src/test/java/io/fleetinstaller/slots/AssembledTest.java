package io.fleetinstaller.slots;

import static io.fleetinstaller.slots.Parcel.ANY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.toc.PackedToc;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whichever way the files of a release come, the same slot comes out. */
@Timeout(60)
final class AssembledTest {
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
}
