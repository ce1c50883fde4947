package io.fleetinstaller.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.Patch;
import io.fleetinstaller.registry.Delta;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.Traffic;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Inventory;
import io.fleetinstaller.slots.Sink;
import io.fleetinstaller.slots.Stock;
import io.fleetinstaller.toc.Toc;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A delta whose table is well formed and whose blocks, or whose host, are not. */
@Timeout(60)
final class DeltaSupplyTest {
  private static final byte[] OLD = Releases.noise(1, 200_000);
  private static final byte[] NEW = changed(OLD);

  @TempDir private Path folder;
  private Releases releases;
  private Slot old;
  private Toc toc;
  private DeltaTable table;
  private byte[] blocks;
  private final List<Long> opened = new ArrayList<>();

  @BeforeEach
  void publish() throws Exception {
    releases = new Releases(folder);
    Files.write(releases.tree("1").resolve("agent"), OLD);
    Files.write(releases.tree("1").resolve("same"), Releases.noise(2, 100));
    Files.write(releases.tree("2").resolve("agent"), NEW);
    Files.write(releases.tree("2").resolve("other"), Releases.noise(3, 5000));
    Files.write(releases.tree("2").resolve("same"), Releases.noise(2, 100));
    releases.delta();
    old = releases.whole(releases.slots, "1");
    Image image = releases.inspect("2").images().getFirst();
    toc = releases.table("2").toc();
    try (Registry registry = releases.registry()) {
      Delta delta =
          registry.delta(
              image, registry.deltas(image, Traffic.UNNOTED).getFirst(), Traffic.UNNOTED);
      blocks = Releases.read(registry, image, delta.blocks());
      table =
          DeltaFormat.read(
              "the delta",
              Releases.read(registry, image, delta.table()),
              new DeltaFormat.Bounds(image.manifest(), toc, blocks.length));
    }
  }

  @Test
  void an_ancestor_that_rotted_is_found_by_what_comes_of_it() throws Exception {
    byte[] rotten = OLD.clone();
    rotten[100_000]++;
    Files.write(old.path().resolve("agent"), rotten);

    Refused refused = refused(() -> releases.apply(this::supply));

    assertThat(refused.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(refused).hasMessageContaining("agent");
    assertThat(newSlot()).doesNotExist();
  }

  @Test
  void an_ancestor_that_became_shorter_or_went_away_is_refused() throws Exception {
    Path ancestor = old.path().resolve("agent");
    Files.write(ancestor, Arrays.copyOf(OLD, 1000));
    Refused shorter = refused(() -> releases.apply(this::supply));
    Files.delete(ancestor);
    Refused gone = refused(() -> releases.apply(this::supply));
    Files.createSymbolicLink(ancestor, Path.of("same"));
    Refused link = refused(() -> releases.apply(this::supply));
    Files.delete(ancestor);
    assertThat(new ProcessBuilder("mkfifo", ancestor.toString()).start().waitFor()).isZero();
    Refused pipe = refused(() -> releases.apply(this::supply));

    assertThat(List.of(shorter, gone, link, pipe))
        .allSatisfy(refused -> {
          assertThat(refused.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
          assertThat(refused).hasMessageContaining("cannot be read");
        });
    assertThat(newSlot()).doesNotExist();
  }

  @Test
  void an_interrupt_while_an_ancestor_is_read_is_no_refusal() {
    assertThatThrownBy(() ->
            releases.apply(() -> {
              Thread.currentThread().interrupt();
              return supply();
            }))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void what_it_holds_outside_the_heap_is_given_back() throws Exception {
    DeltaSupply supply = supply();
    supply.file(entry("agent"), new Collected(NEW.length));

    supply.close();

    assertThatThrownBy(() -> supply.file(entry("other"), new Collected(5000)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_host_without_the_old_release_is_told_what_is_missing() throws Exception {
    Inventory nothing = releases.slots("empty").inventory(Releases.ANY).of(List.of(toc));

    Refused refused = refused(() -> made(nothing, blocks, new Collected(NEW.length)));

    assertThat(table.missing(toc, nothing)).contains(Digest.of(OLD));
    assertThat(refused.reason().code()).isEqualTo(ReasonCode.NOT_FOUND);
    assertThat(refused).hasMessageContaining(Digest.of(OLD).toString());
  }

  @Test
  void what_is_only_reused_is_missed_too() throws Exception {
    DeltaTable without = new DeltaTable(table.from(), table.to(), List.of());

    assertThat(without.missing(toc, inventory())).contains(Digest.of(NEW));
    assertThat(table.missing(toc, inventory())).isEmpty();
  }

  @Test
  void files_that_nobody_asks_for_are_passed_over() throws Exception {
    Collected sink = new Collected(5000);

    try (DeltaSupply supply = supply(inventory(), blocks)) {
      supply.file(entry("other"), sink);
    }

    assertThat(sink.bytes.toByteArray()).isEqualTo(Releases.noise(3, 5000));
    assertThat(opened).as("bytes before it").containsExactly(table.files().getFirst().packed());
  }

  @Test
  void blocks_that_end_early_are_a_broken_transfer() {
    byte[] cut = Arrays.copyOf(blocks, 10);

    assertThatThrownBy(() -> made(inventory(), cut, new Collected(NEW.length)))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void every_damaged_byte_of_the_blocks_is_refused_or_makes_the_wrong_file() throws Exception {
    for (int at = 0; at < table.files().getFirst().packed(); at++) {
      byte[] damaged = blocks.clone();
      damaged[at] ^= 0x55;
      Collected sink = new Collected(NEW.length);
      try {
        made(inventory(), damaged, sink);
        assertThat(sink.bytes.toByteArray()).as("byte %d", at).isNotEqualTo(NEW);
      } catch (Refused refused) {
        assertThat(refused.reason().code()).isEqualTo(ReasonCode.MALFORMED);
      }
    }
  }

  @Test
  void a_bomb_ends_at_the_length_of_its_block() {
    byte[] bomb = Patch.pack(new byte[64 << 20], new byte[0]);

    Refused refused = refused(() -> applied(_ -> bomb));

    assertThat(refused.reason().code()).isEqualTo(ReasonCode.MALFORMED);
    assertThat(refused).hasMessageContaining("a block of 'agent' cannot be unpacked");
  }

  @Test
  void a_frame_that_claims_a_window_of_gigabytes_gets_no_memory_for_it() throws Exception {
    // Magic, a descriptor without content size, a window of 2^41 bytes, one raw block of one byte.
    byte[] claim =
        ByteBuffer.allocate(10)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0xfd2fb528)
            .put((byte) 0)
            .put((byte) (31 << 3))
            .put(new byte[] {9, 0, 0, 'x'})
            .array();

    Refused refused = refused(() -> applied(_ -> claim));

    assertThat(refused).hasMessageContaining("a block of 'agent' cannot be unpacked");
  }

  @Test
  void a_block_that_is_shorter_than_it_should_be_is_refused() {
    Refused refused = refused(() -> applied(_ -> Patch.pack(new byte[10], new byte[0])));

    assertThat(refused).hasMessageContaining("has 10 bytes instead of 200000");
  }

  /** Applies a delta whose first file is one block: what is made of the true one. */
  private void applied(UnaryOperator<byte[]> change) throws Exception {
    DeltaTable.Item item = table.files().getFirst();
    byte[] lie = change.apply(Arrays.copyOf(blocks, (int) item.packed()));
    DeltaTable.Block block =
        new DeltaTable.Block(NEW.length, lie.length, item.blocks().getFirst().window());
    DeltaTable lying =
        new DeltaTable(
            table.from(),
            table.to(),
            List.of(
                new DeltaTable.Item(item.name(), item.size(), item.ancestor(), List.of(block))));
    try (DeltaSupply supply =
        new DeltaSupply("the delta", lying, inventory(), _ -> new ByteArrayInputStream(lie))) {
      supply.file(entry("agent"), new Collected(NEW.length));
    }
  }

  private void made(Inventory inventory, byte[] from, Sink sink) throws Exception {
    try (DeltaSupply supply = supply(inventory, from)) {
      supply.file(entry("agent"), sink);
    }
  }

  private DeltaSupply supply() throws InterruptedException {
    return supply(inventory(), blocks);
  }

  private DeltaSupply supply(Inventory inventory, byte[] from) {
    return new DeltaSupply(
        "the delta",
        table,
        inventory,
        first -> {
          opened.add(first);
          return new ByteArrayInputStream(from, (int) first, from.length);
        });
  }

  private Inventory inventory() throws InterruptedException {
    Stock stock = releases.slots.inventory(Releases.ANY);
    return stock.of(List.of(toc)).with(stock, table.ancestors());
  }

  private Toc.Entry entry(String name) {
    return toc.entries().stream()
        .filter(entry -> entry.header().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Path newSlot() throws Exception {
    Digest digest = releases.inspect("2").top();
    return old.path().resolveSibling("2-" + digest.shortHex());
  }

  private interface Attempt {
    void run() throws Exception;
  }

  private static Refused refused(Attempt attempt) {
    Refused refused = catchThrowableOfType(Refused.class, attempt::run);
    assertThat(refused).as("a refusal").isNotNull();
    return refused;
  }

  private static byte[] changed(byte[] old) {
    byte[] now = old.clone();
    now[77]++;
    return now;
  }

  /** Takes at most so many bytes. */
  private static final class Collected implements Sink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final long most;

    Collected(long most) {
      this.most = most;
    }

    @Override
    public void bytes(byte[] buffer, int offset, int length) {
      bytes.write(buffer, offset, length);
      assertThat(bytes.size()).isLessThanOrEqualTo((int) most);
    }

    @Override
    public void copy(Path source, long from, long length) throws Fault {
      try {
        byte[] all = Files.readAllBytes(source);
        bytes(all, (int) from, (int) length);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void zeros(long length) {
      bytes(new byte[(int) length], 0, (int) length);
    }
  }
}
