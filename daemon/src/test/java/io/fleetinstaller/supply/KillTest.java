package io.fleetinstaller.supply;

import static io.fleetinstaller.supply.Editions.NAME;
import static io.fleetinstaller.supply.Editions.contents;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Slots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while parts of a layer are under way. */
@Timeout(120)
final class KillTest {
  /** Of the file that was being written, the chunk that was not finished. */
  private static final long CHUNK = 128 << 10;

  private static final int PARTS = 7;
  private static final int KILLED_AT = 5;

  @TempDir private Path folder;
  private Editions editions;
  private LayoutServer server;
  private Registry registry;
  private Slots slots;
  private Image image;

  @BeforeEach
  void a_host_with_the_old_release() throws Exception {
    editions = new Editions(folder);
    server = new LayoutServer(editions.layout());
    registry =
        new Registry(RegistrySettings.of(List.of(server.address())), new FakeTime(), new Random(1));
    slots = editions.slots("host");
    byte[] kept = noise(1);
    Files.write(editions.tree(1).resolve("kept"), kept);
    Files.write(editions.tree(2).resolve("kept"), kept);
    Files.write(editions.tree(2).resolve("news"), noise(PARTS));
    image = image(editions.build("1", editions.tree(1)));
    slots.stage(ways().whole().delivery());
    image = image(editions.build("2", editions.tree(2)));
  }

  @AfterEach
  void stop() {
    registry.close();
    server.close();
  }

  @Test
  void after_a_kill_no_more_than_one_window_comes_again() throws Exception {
    long missing = ranges().estimate().bytes();
    long before = askedForUntilKilled();

    slots.sweep();
    Way rest = ranges();
    List<LayoutServer.Part> asked = logged(server);
    Slot slot = slots.stage(rest.delivery());

    assertThat(before).isGreaterThanOrEqualTo(KILLED_AT * Spans.MOST);
    assertThat(before + bytes(asked) - missing)
        .as("asked for again, of %d bytes", missing)
        .isBetween(Spans.MOST, Parts.WINDOW + CHUNK);
    assertThat(slots.verify(slot)).isEmpty();
    assertThat(contents(slot))
        .isEqualTo(contents(editions.slots("elsewhere").stage(ways().whole().delivery())));
  }

  /** Another process stages it out of a registry of its own, which kills it and gives no answer. */
  private long askedForUntilKilled() throws Exception {
    CompletableFuture<Process> victim = new CompletableFuture<>();
    List<LayoutServer.Part> asked = new CopyOnWriteArrayList<>();
    AtomicInteger count = new AtomicInteger();
    Path said = folder.resolve("said");
    try (LayoutServer doom = new LayoutServer(editions.layout())) {
      doom.lie(part -> {
        if (isContent(part)) {
          asked.add(part);
          if (count.incrementAndGet() == KILLED_AT) {
            victim.join().destroyForcibly().onExit().join();
          }
        }
        return Optional.empty();
      });
      Process process = start(doom, said);
      victim.complete(process);
      assertThat(process.waitFor()).as(Files.readString(said)).isEqualTo(128 + 9);
    }
    return bytes(asked);
  }

  private Process start(LayoutServer from, Path said) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                from.address(),
                folder.resolve("host").toString(),
                image.release().digest().toString()))
        .redirectErrorStream(true)
        .redirectOutput(said.toFile())
        .start();
  }

  /** As much as so many parts. */
  private static byte[] noise(int parts) {
    byte[] noise = new byte[parts * (int) Spans.MOST];
    new Random(parts).nextBytes(noise);
    return noise;
  }

  /** Parts of the layer that are not its table. */
  private boolean isContent(LayoutServer.Part part) {
    boolean layer = part.blob().length == image.layers().getFirst().size();
    long table = image.layers().getFirst().toc().orElseThrow().offset();
    return layer && !part.isWhole() && part.from() < table;
  }

  /** The parts of the layer that are asked for from now on. */
  private List<LayoutServer.Part> logged(LayoutServer from) {
    List<LayoutServer.Part> asked = new CopyOnWriteArrayList<>();
    from.lie(part -> {
      if (isContent(part)) {
        asked.add(part);
      }
      return Optional.empty();
    });
    return asked;
  }

  private static long bytes(List<LayoutServer.Part> asked) {
    return asked.stream().mapToLong(part -> part.to() - part.from()).sum();
  }

  private Way ranges() throws Exception {
    return ways().ranges(slots.inventory(image.release())).orElseThrow();
  }

  private Ways ways() throws Fault, InterruptedException {
    return Ways.to(image, registry, (_, _) -> {});
  }

  private Image image(Digest digest) throws Exception {
    return registry.resolve(NAME, digest, Platform.ofThisHost());
  }
}
