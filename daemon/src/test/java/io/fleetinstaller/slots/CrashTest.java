package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.io.Compression;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.FaultyDisk.Trouble;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Stops every job at every change it makes to the disk, and once more at every change of the next
 * try, and looks whether what is called whole is whole.
 */
final class CrashTest {
  private static final PackageName AGENT = new PackageName("agent");
  private static final Delivery ONE = delivery("1");
  private static final Delivery TWO = delivery("2");
  private static final Delivery THREE = delivery("3");

  /** Of the pairs of crashes every third is run: they end in the same few states. */
  private static final int STRIDE = 3;

  private static final List<Trouble> KILLS =
      Stream.of(Trouble.values()).filter(Trouble::kills).toList();

  private static final Map<String, String> FOREIGN =
      new TreeMap<>(
          Map.of(
              "agent/notes.txt", "mine",
              "agent/9-0123456789ab/file", "looks like a slot",
              "agent/8-0123456789ab/.fleet-installer/release.json", "{}",
              "somebody/else", "mine"));

  /** What a host does, in the order in which it does it. Each is run again after a crash. */
  private enum Route {
    UPGRADE {
      @Override
      void run(Slots slots) throws Fault, InterruptedException {
        Slot two = slots.stage(TWO);
        slots.point(two);
        slots.pointPrevious(AGENT, Optional.of(ONE.release()));
        slots.prune(AGENT, Set.of());
      }

      @Override
      void end(Installed installed) {
        assertThat(installed.current()).map(Slot::release).contains(TWO.release());
        assertThat(installed.previous()).map(Slot::release).contains(ONE.release());
        assertThat(installed.whole()).hasSize(2);
      }
    },
    GIVE_UP {
      @Override
      void run(Slots slots) throws Fault, InterruptedException {
        slots.stage(TWO);
        slots.discard(TWO.release());
      }

      @Override
      void end(Installed installed) {
        assertThat(installed.current()).map(Slot::release).contains(ONE.release());
        assertThat(installed.whole()).hasSize(2);
      }
    },
    REMOVE {
      @Override
      void run(Slots slots) throws Fault, InterruptedException {
        slots.unpoint(AGENT);
        slots.pointPrevious(AGENT, Optional.empty());
        slots.prune(AGENT, Set.of());
      }

      @Override
      void end(Installed installed) {
        assertThat(installed.current()).isEmpty();
        assertThat(installed.whole()).isEmpty();
      }
    };

    abstract void run(Slots slots) throws Fault, InterruptedException;

    abstract void end(Installed installed);
  }

  @TestFactory
  Stream<DynamicTest> stopped_anywhere_and_tried_again_it_ends_well() {
    return Stream.of(Route.values())
        .flatMap(route ->
            KILLS.stream()
                .map(kill ->
                    DynamicTest.dynamicTest(route + " " + kill, () -> everywhere(route, kill))));
  }

  @TestFactory
  Stream<DynamicTest> a_disk_that_fails_anywhere_leaves_nothing_and_is_named() {
    return Stream.of(Trouble.IO_ERROR, Trouble.FULL)
        .map(
            trouble -> DynamicTest.dynamicTest(trouble.toString(), () -> failsEverywhere(trouble)));
  }

  private static void everywhere(Route route, Trouble kill) throws Exception {
    int runs = 0;
    for (int first = 1; strikes(route, kill, first, 0); first++) {
      runs++;
      // The power cut does all that a kill does, and loses what was not made durable.
      int second = kill == Trouble.POWER_CUT ? 1 + first % STRIDE : Integer.MAX_VALUE;
      while (second < Integer.MAX_VALUE && strikes(route, kill, first, second)) {
        second += STRIDE;
        runs++;
      }
    }
    System.out.printf("%s, %s: %d runs%n", route, kill, runs);
    assertThat(runs).isGreaterThan(route == Route.REMOVE ? 5 : 20);
  }

  /** Whether there was a change of that number to be stopped at; a second of 0 means none. */
  private static boolean strikes(Route route, Trouble kill, int first, int second)
      throws Exception {
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
      Path root = host(memory);
      FaultyDisk crashing = new FaultyDisk(kill, first);
      boolean struck = !completes(route, root, crashing);
      if (second > 0) {
        struck = !completes(route, root, new FaultyDisk(kill, second));
      }
      assertThat(completes(route, root, FaultyDisk.sound())).isTrue();
      Slots slots = new Slots(root, FaultyDisk.sound().doors(), 0);
      route.end(slots.read(AGENT));
      assertThat(root.resolve("agent/.staging")).doesNotExist();
      assertThat(foreign(root)).isEqualTo(FOREIGN);
      return struck;
    }
  }

  private static boolean completes(Route route, Path root, FaultyDisk disk) throws Exception {
    try {
      Slots slots = new Slots(root, disk.doors(), 0);
      slots.sweep();
      route.run(slots);
      return true;
    } catch (FaultyDisk.Killed | IllegalStateException e) {
      assertThat(disk.struck()).as("%s", e).isTrue();
      return false;
    } finally {
      wholeIsWhole(route, root);
    }
  }

  private static void wholeIsWhole(Route route, Path root) throws Exception {
    Slots slots = new Slots(root, FaultyDisk.sound().doors(), 0);
    Installed installed = slots.read(AGENT);
    for (Slot slot : installed.whole()) {
      assertThat(slots.verify(slot)).as("%s", slot.release()).isEmpty();
    }
    if (route != Route.REMOVE) {
      assertThat(installed.current()).as("what current names").isPresent();
    }
  }

  private static void failsEverywhere(Trouble trouble) throws Exception {
    int runs = 0;
    boolean struck = true;
    for (int at = 1; struck; at++) {
      try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
        Path root = host(memory);
        Map<String, String> before = everything(root);
        FaultyDisk disk = new FaultyDisk(trouble, at);
        Slots slots = new Slots(root, disk.doors(), 0);
        Optional<Fault> fault = stage(slots);
        struck = disk.struck();
        // The last changes only take the empty staging folder away.
        fault.ifPresent(failure ->
            assertThat(failure.reason().code())
                .isEqualTo(trouble == Trouble.FULL ? ReasonCode.DISK_FULL : ReasonCode.IO_ERROR));
        Slots later = new Slots(root, FaultyDisk.sound().doors(), 0);
        if (later.whole(AGENT, TWO.release().digest()).isEmpty()) {
          assertThat(everything(root)).isEqualTo(before);
        }
        assertThat(later.verify(later.stage(TWO))).isEmpty();
        runs++;
      }
    }
    assertThat(runs).isGreaterThan(20);
  }

  private static Optional<Fault> stage(Slots slots) throws InterruptedException {
    try {
      slots.stage(TWO);
      return Optional.empty();
    } catch (Fault fault) {
      return Optional.of(fault);
    }
  }

  /** A host that runs release 1, has release 3 from earlier, and things of other people. */
  private static Path host(FileSystem memory) throws Exception {
    Path root = memory.getPath("/packages");
    Slots slots = new Slots(root, FaultyDisk.sound().doors(), 0);
    slots.pointPrevious(AGENT, Optional.empty());
    slots.stage(THREE);
    slots.point(slots.stage(ONE));
    slots.pointPrevious(AGENT, Optional.of(THREE.release()));
    for (Map.Entry<String, String> each : FOREIGN.entrySet()) {
      Path file = root.resolve(each.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(file, each.getValue());
    }
    return root;
  }

  private static Map<String, String> foreign(Path root) throws IOException {
    Map<String, String> found = new TreeMap<>(everything(root));
    found.keySet().retainAll(FOREIGN.keySet());
    return found;
  }

  private static Map<String, String> everything(Path root) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        boolean file = Files.isRegularFile(path, java.nio.file.LinkOption.NOFOLLOW_LINKS);
        found.put(root.relativize(path).toString(), file ? Files.readString(path) : "");
      }
    }
    return found;
  }

  private static Delivery delivery(String version) {
    return new Parcel("agent", version)
        .file("bin/agent", 0755, "agent " + version)
        .symlink("link", "bin/agent")
        .packed(Compression.NONE)
        .delivery();
  }
}
