package io.fleetinstaller.slots;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Native;
import io.fleetinstaller.io.Needs;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.io.TarReader;
import io.fleetinstaller.io.Umask;
import io.fleetinstaller.release.Slot;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tar packs from a real disk stands on the disk again, as tar itself would have put it. */
final class RoundTripTest {
  private static final String TREE =
      """
      set -e
      mkdir -p tree/bin tree/empty tree/%1$s/%1$s/%1$s/%1$s tree/locked
      echo agent > tree/bin/agent; chmod 0751 tree/bin/agent
      echo secret > tree/secret; chmod 0400 tree/secret
      : > tree/nothing
      echo su > tree/su; echo sg > tree/sg
      echo umlaut > "tree/Főtanúsítvány größe.crt"
      echo long > tree/%1$s/%1$s/%1$s/%1$s/%1$s%1$s
      ln -s %1$s/%1$s/%1$s/%1$s/%1$s%1$s tree/longlink
      ln -s agent tree/bin/link; ln -s /no/such/thing tree/abs; ln -s nowhere tree/dangling
      ln tree/bin/agent tree/twin; ln tree/bin/agent tree/bin/again
      dd if=/dev/urandom of=tree/large bs=100k count=9 status=none
      truncate -s 20M tree/sparse
      for at in 0 7 8 19; do
        dd if=/dev/urandom of=tree/sparse bs=64k seek=$((at * 16)) count=1 conv=notrunc status=none
      done
      truncate -s 5M tree/hole
      truncate -s 9M tree/many
      for at in $(seq 0 2 60); do
        dd if=/dev/urandom of=tree/many bs=64k seek=$at count=1 conv=notrunc status=none
      done
      if [ "$(id -u)" = 0 ]; then chown 12345:54321 tree/secret; chown -h 7:8 tree/abs; fi
      chmod 04755 tree/su; chmod 02755 tree/sg; chmod 01777 tree/empty; chmod 0500 tree/locked
      touch -d '1999-12-31 23:59:59' tree/nothing; touch -h -d '2001-02-03 04:05:06' tree/abs
      touch -d '2011-01-01 01:01:01.123456789' tree/bin tree/large
      """
          .formatted("d".repeat(60));

  private static final String LISTING =
      "find . -mindepth 1 -path ./.fleet-installer -prune -o -mindepth 1 -type d "
          + "-printf '%P|%y|%m|%U|%G|%TY%Tm%Td%TT\\n' -o -mindepth 1 "
          + "-printf '%P|%y|%m|%U|%G|%s|%l|%n|%TY%Tm%Td%TT\\n' | LC_ALL=C sort";

  @TempDir private Path folder;
  private Slots slots;

  @BeforeEach
  void gnuTar() {
    Needs.the(Files.exists(Path.of("/bin/tar")), "tar");
    slots =
        new Slots(
            folder.resolve("packages"),
            new Doors(new DurableDisk(), new FileScratch(), Parcel::read),
            0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=gnu",
        "--format=gnu --sparse",
        "--format=posix",
        "--format=posix --sparse --sparse-version=0.0",
        "--format=posix --sparse --sparse-version=0.1",
        "--format=posix --sparse --sparse-version=1.0",
        "--format=gnu --owner=nobody:60001 --group=no-such-group:4242"
      })
  void everything_arrives_as_tar_would_have_it(String options) throws Exception {
    shell(TREE);
    shell("tar -cf a.tar " + options + " -C tree . && mkdir expected");
    shell("tar -xpf a.tar -C expected");

    Slot slot = stage(Files.readAllBytes(folder.resolve("a.tar")));

    assertThat(listing(slot.path())).isEqualTo(listing(folder.resolve("expected")));
    shell("diff -r --no-dereference -x .fleet-installer expected " + slot.path());
    assertThat(slots.verify(slot)).isEmpty();
  }

  @Test
  void holes_stay_holes() throws Exception {
    shell(TREE);
    shell("tar -cf a.tar --format=posix --sparse -C tree .");

    Slot slot = stage(Files.readAllBytes(folder.resolve("a.tar")));

    assertThat(blocks(slot.path().resolve("sparse"))).isLessThan(1000);
    assertThat(blocks(slot.path().resolve("hole"))).isLessThan(20);
    assertThat(slot.path().resolve("hole")).hasSize(5 << 20);
  }

  @Test
  void attributes_and_capabilities_arrive_byte_for_byte() throws Exception {
    Needs.root();
    // Bytes that are no text: a reader that takes headers for UTF-8 loses them.
    byte[] capability = {
      1, 0, 0, 2, (byte) 0x80, (byte) 0xf4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    byte[] note = {0, (byte) 0xff, '\n', '='};
    Parcel parcel =
        new Parcel("agent", "1")
            .file("ping", 0755, Map.of("security.capability", capability, "user.note", note), "p")
            .file("plain", 0644, Map.of("security.selinux", note, "com.apple.x", note), "")
            .capabilities("ping");

    Slot slot = slots.stage(parcel.delivery());
    Process tar =
        new ProcessBuilder("tar", "-c", "--xattrs", "--xattrs-include=*", "ping")
            .directory(slot.path().toFile())
            .start();
    TarEntry again =
        new TarReader(new ByteArrayInputStream(tar.getInputStream().readAllBytes()))
            .next()
            .orElseThrow();

    assertThat(Native.xattr(slot.path().resolve("ping"), "security.capability"))
        .hasValueSatisfying(value -> assertThat(value).isEqualTo(capability));
    assertThat(Native.xattr(slot.path().resolve("plain"), "security.selinux")).isEmpty();
    assertThat(again.xattrs().get("security.capability")).isEqualTo(capability);
    assertThat(again.xattrs().get("user.note")).isEqualTo(note);
    assertThat(slots.verify(slot)).isEmpty();
  }

  @Test
  void modes_are_exact_whatever_the_umask_but_nothing_is_everybodys_to_change() throws Exception {
    Parcel parcel =
        new Parcel("agent", "1")
            .file("implied/agent", 0755, "x")
            .directory("shared", 01777)
            .directory("common", 0777)
            .file("open", 0666, "x");

    Slot slot;
    try (Umask _ = new Umask(0077)) {
      slot = slots.stage(parcel.delivery());
    }

    Map<String, Integer> modes = new HashMap<>();
    for (String path :
        List.of("", "implied", "implied/agent", "shared", "common", "open", "..", "../..")) {
      Object mode = Files.getAttribute(slot.path().resolve(path).normalize(), "unix:mode");
      modes.put(path, ((Integer) mode) & 07777);
    }
    assertThat(modes)
        .containsEntry("", 0755)
        .containsEntry("implied", 0755)
        .containsEntry("implied/agent", 0755)
        .containsEntry("shared", 01777)
        .containsEntry("common", 0775)
        .containsEntry("open", 0664)
        .containsEntry("..", 0755)
        .containsEntry("../..", 0755);
    assertThat(slots.verify(slot)).isEmpty();
  }

  @Test
  void a_package_folder_on_another_disk_is_worked_on_there() throws Exception {
    Files.createDirectories(folder.resolve("other/agents"));
    Files.createDirectories(folder.resolve("packages"));
    Files.createSymbolicLink(folder.resolve("packages/agent"), folder.resolve("other/agents"));

    Slot slot = slots.stage(Parcel.agent("1").delivery());
    slots.point(slot);

    assertThat(slot.path().getParent()).isEqualTo(folder.resolve("other/agents").toRealPath());
    assertThat(slot.current()).isEqualTo(folder.resolve("packages/agent/current"));
    assertThat(slot.current().resolve("bin/agent")).hasContent("agent 1");
    assertThat(folder.resolve("packages/agent")).isSymbolicLink();
    assertThat(slots.read(slot.release().name()).current()).contains(slot);
  }

  private Slot stage(byte[] tar) throws Exception {
    Parcel parcel =
        new Parcel("agent", "1").archive(tar).setuid("su", "sg").declaring(100 << 20, 100);
    Slot slot = slots.stage(parcel.delivery());
    assertThat(Optional.of(slot))
        .isEqualTo(slots.whole(slot.release().name(), slot.release().digest()));
    return slot;
  }

  private String listing(Path tree) throws Exception {
    return shell("cd '" + tree + "' && " + LISTING);
  }

  private static long blocks(Path file) throws IOException, InterruptedException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return Long.parseLong(new String(stat.getInputStream().readAllBytes(), UTF_8).trim());
  }

  private String shell(String script) throws IOException, InterruptedException {
    Process shell =
        new ProcessBuilder("bash", "-c", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertThat(shell.waitFor()).as(output).isZero();
    return output;
  }
}
