package io.fleetinstaller.delta;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.packages.DeltaBuild;
import io.fleetinstaller.registry.Traffic;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Slot;
import java.io.ByteArrayOutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a delta makes of the old release is the new one, and it costs what has changed. */
@Timeout(120)
final class RoundTripTest {
  private static final int MEBIBYTE = 1 << 20;

  @TempDir private Path folder;
  private Releases releases;

  @BeforeEach
  void host() {
    releases = new Releases(folder);
  }

  @Test
  void the_slot_is_the_one_that_the_whole_layer_makes() throws Exception {
    byte[] program = Releases.noise(1, 300_000);
    write("1/bin/agent", program);
    write("1/lib/core-1.0.jar", Releases.noise(2, 50_000));
    write("1/lib/moved.so", Releases.noise(3, 70_000));
    write("1/gone", Releases.noise(4, 1000));
    write("2/bin/agent", joined("new head".getBytes(UTF_8), program, Releases.noise(5, 900)));
    write("2/lib/core-1.1.jar", joined(Releases.noise(2, 50_000), new byte[] {1}));
    write("2/share/elsewhere.so", Releases.noise(3, 70_000));
    write("2/empty", new byte[0]);
    write("2/new", "quite new".getBytes(UTF_8));
    Files.createLink(path("2/twin"), path("2/new"));
    Files.createSymbolicLink(path("2/bin/link"), Path.of("agent"));
    sparse("2/sparse", 3 * MEBIBYTE);

    DeltaBuild.Built built = releases.delta();
    releases.whole(releases.slots, "1");
    Slot slot = releases.apply();

    assertThat(Releases.seen(slot)).isEqualTo(Releases.seen(whole()));
    assertThat(releases.slots.verify(slot)).isEmpty();
    assertThat(built.size()).isLessThan(5000);
    assertThat(built.table().files())
        .extracting(DeltaTable.Item::name)
        .containsExactly("bin/agent", "lib/core-1.1.jar", "new", "sparse");
  }

  @Test
  void a_hole_stays_a_hole() throws Exception {
    write("1/other", new byte[] {1});
    sparse("2/sparse", 20 * MEBIBYTE);

    releases.delta();
    releases.whole(releases.slots, "1");
    Slot slot = releases.apply();

    Path file = slot.path().resolve("sparse");
    assertThat(Files.size(file)).isEqualTo(20 * MEBIBYTE + 4);
    assertThat(blocksOnDisk(file)).isLessThan(MEBIBYTE);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatever_was_edited(int seed) throws Exception {
    Random random = new Random(seed);
    for (int file = 0; file < 12; file++) {
      byte[] content = Releases.noise(seed * 100 + file, random.nextInt(200_000));
      write("1/dir-1." + random.nextInt(3) + "/file" + file, content);
      write("2/dir-1." + random.nextInt(3) + "/file" + random.nextInt(20), edited(content, random));
    }

    releases.delta();
    releases.whole(releases.slots, "1");
    Slot slot = releases.apply();

    assertThat(Releases.seen(slot)).isEqualTo(Releases.seen(whole()));
  }

  @Test
  void windows_follow_what_has_moved_in_a_file_larger_than_they_are() throws Exception {
    byte[] old = Releases.noise(7, 11 * MEBIBYTE);
    byte[] head = Arrays.copyOf(old, 3 * MEBIBYTE);
    byte[] tail = Arrays.copyOfRange(old, 3 * MEBIBYTE, old.length);
    write("1/agent", old);
    write("2/agent", joined(tail, Releases.noise(8, 300_001), head));

    DeltaBuild.Built built = releases.delta();
    releases.whole(releases.slots, "1");
    Slot slot = releases.apply();

    assertThat(Releases.seen(slot)).isEqualTo(Releases.seen(whole()));
    assertThat(built.size()).isLessThan(400_000);
  }

  @Test
  void a_file_that_was_renamed_and_changed_is_known_by_what_it_has_in_common() throws Exception {
    byte[] old = Releases.noise(9, 400_000);
    write("1/app.3fa2c1.js", old);
    write("1/other", Releases.noise(10, 400_000));
    byte[] now = old.clone();
    now[200_000]++;
    write("2/bundle.js", now);

    DeltaBuild.Built built = releases.delta();

    assertThat(built.table().files().getFirst().ancestor().map(DeltaTable.Ancestor::digest))
        .contains(Digest.of(old));
    assertThat(built.size()).isLessThan(2000);
  }

  @Test
  void a_file_without_any_likeness_comes_whole() throws Exception {
    write("1/old", Releases.noise(11, 100_000));
    write("2/new", Releases.noise(12, 100_000));

    DeltaBuild.Built built = releases.delta();

    assertThat(built.table().files().getFirst().ancestor()).isEqualTo(Optional.empty());
    assertThat(built.patched()).isZero();
  }

  @Test
  void the_same_two_packages_make_the_same_delta_to_the_last_byte() throws Exception {
    for (int file = 0; file < 20; file++) {
      byte[] content = Releases.noise(file, 90_000);
      write("1/lib/part-1.%d.so".formatted(file), content);
      write("2/lib/part-2.%d.so".formatted(file), joined(content, new byte[] {2}));
    }
    Releases others = new Releases(folder.resolve("again"));
    copyTrees(others);

    DeltaBuild.Built first = releases.delta();
    DeltaBuild.Built again = others.delta();
    DeltaBuild.Built repeated = releases.delta("1", "2").getFirst();

    assertThat(again.manifest()).isEqualTo(first.manifest()).isEqualTo(repeated.manifest());
    assertThat(
            releases.registry().deltas(releases.inspect("2").images().getFirst(), Traffic.UNNOTED))
        .hasSize(1);
  }

  @Test
  void different_packages_have_no_delta() throws Exception {
    write("1/a", new byte[] {1});
    write("2/a", new byte[] {2});
    releases.pack("agent", "1");
    releases.pack("other", "2");

    assertThatThrownBy(() -> releases.delta("1", "2"))
        .hasMessageContaining("cannot make a delta")
        .hasMessageEndingWith("they are different packages");
  }

  @Test
  void a_layout_with_a_delta_still_has_only_one_package() throws Exception {
    write("1/a", new byte[] {1});
    write("2/a", new byte[] {2});
    releases.delta();

    assertThat(releases.inspect("2").images()).hasSize(1);
    assertThatThrownBy(() -> releases.inspect(""))
        .hasMessageContaining("name one by its tag [1, 2]");
  }

  private Slot whole() throws Exception {
    return releases.whole(releases.slots("plain"), "2");
  }

  private Path path(String name) throws Exception {
    Path tree = releases.tree(name.substring(0, 1));
    Path path = tree.resolve(name.substring(2));
    Files.createDirectories(path.getParent());
    return path;
  }

  private void write(String name, byte[] content) throws Exception {
    Files.write(path(name), content);
  }

  private void sparse(String name, long hole) throws Exception {
    try (FileChannel file =
        FileChannel.open(path(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(java.nio.ByteBuffer.wrap("tail".getBytes(UTF_8)), hole);
    }
  }

  private void copyTrees(Releases others) throws Exception {
    for (String version : new String[] {"1", "2"}) {
      Path tree = releases.tree(version);
      try (Stream<Path> files = Files.walk(tree)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path copy = others.tree(version).resolve(tree.relativize(file).toString());
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
  }

  private static byte[] edited(byte[] content, Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> content;
      case 1 -> Arrays.copyOf(content, random.nextInt(content.length + 1));
      case 2 -> joined(Releases.noise(random.nextInt(), 5000), content);
      case 3 -> {
        byte[] changed = content.clone();
        for (int i = 0; i < 20 && changed.length > 0; i++) {
          changed[random.nextInt(changed.length)] = (byte) i;
        }
        yield changed;
      }
      default -> Releases.noise(random.nextInt(), random.nextInt(30_000));
    };
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static long blocksOnDisk(Path file) throws Exception {
    String said = io.fleetinstaller.packages.Tools.run("stat", "-c", "%b", file.toString()).strip();
    return Long.parseLong(said) * 512;
  }
}
