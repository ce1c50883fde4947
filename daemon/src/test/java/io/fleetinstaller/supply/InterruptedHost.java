package io.fleetinstaller.supply;

import static io.fleetinstaller.supply.Editions.NAME;
import static io.fleetinstaller.supply.Editions.contents;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Interposed;
import io.fleetinstaller.slots.Slots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;

/** A host whose stagings are interrupted, and a registry that serves what it is to have. */
final class InterruptedHost implements AutoCloseable {
  final Editions editions;
  final Slots slots;
  LayoutServer server;
  Registry registry;

  /** The release that is wanted. */
  Image image;

  private final Path folder;

  /** Without any slot; the first edition is wanted. */
  InterruptedHost(Path folder) throws Exception {
    this.folder = folder;
    editions = new Editions(folder);
    serve(editions);
    slots = editions.slots("host");
    image = build("1", editions.tree(1));
  }

  void serve(Editions offered) throws IOException {
    server = new LayoutServer(offered.layout());
    registry =
        new Registry(RegistrySettings.of(List.of(server.address())), new FakeTime(), new Random(1));
  }

  /** Stages as a whole, until the connection breaks for good. */
  void breakAt(int percent) throws Exception {
    Way way = ways().whole();
    breaking(percent);
    assertThatThrownBy(() -> slots.stage(way.delivery())).isInstanceOf(Fault.Transient.class);
    server.lie(_ -> Optional.empty());
  }

  void breaking(int percent) {
    breaking(percent, 503);
  }

  /** What is asked for after that is answered with this status. */
  void breaking(int percent, int status) {
    AtomicInteger asked = new AtomicInteger();
    server.lie(part ->
        Optional.of(
            asked.getAndIncrement() == 0
                ? cut(part, percent)
                : new MockResponse.Builder().code(status).build()));
  }

  private static MockResponse cut(LayoutServer.Part part, int percent) {
    byte[] bytes = part.bytes();
    MockResponse whole = part.isWhole() ? LayoutServer.whole(bytes) : part.answer(bytes);
    return whole
        .newBuilder()
        .body(new Buffer().write(bytes, 0, (int) ((long) bytes.length * percent / 100)))
        .setHeader("Content-Length", bytes.length)
        .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
        .build();
  }

  /** The daemon dies when all is written and nothing is synced; then it is started again. */
  void kill() throws Exception {
    Disk dying =
        Interposed.in(
            Disk.class,
            new DurableDisk(),
            "sync",
            _ -> {
              throw new Killed();
            });
    Slots killed = slots(dying, new FileScratch());
    assertThatThrownBy(() -> killed.stage(ways().whole().delivery())).isInstanceOf(Killed.class);
    slots.sweep();
    assertThat(begun()).exists();
  }

  Slots slots(Disk disk, Scratch scratch) {
    return new Slots(home().getParent(), new Doors(disk, scratch, DescriptorFormat::read), 0);
  }

  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  Way next() throws Exception {
    Set<Digest> held =
        slots.read(NAME).whole().stream()
            .map(slot -> slot.release().digest())
            .collect(Collectors.toSet());
    return ways().cheap(slots.inventory(image.release()), held).ways().getFirst();
  }

  Ways ways() throws Fault, InterruptedException {
    return Ways.to(image, registry, (_, _) -> {});
  }

  Image build(String version, Path tree) throws Exception {
    return registry.resolve(NAME, editions.build(version, tree), Platform.ofThisHost());
  }

  Path home() {
    return folder.resolve("host").resolve(NAME.value());
  }

  Path begun() {
    return home().resolve(".begun").resolve(image.release().slotName());
  }

  List<Path> left() throws IOException {
    if (!Files.exists(home())) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(home())) {
      return all.toList();
    }
  }

  /** To the last bit what a host has that fetched it as a whole, and nothing beside it. */
  void assertSame(Slot slot) throws Exception {
    assertSameFiles(slot);
    assertThat(left()).containsExactly(slot.path());
  }

  void assertSameFiles(Slot slot) throws Exception {
    Slot whole = editions.slots("elsewhere").stage(ways().whole().delivery());
    assertThat(slots.verify(slot)).isEmpty();
    assertThat(contents(slot)).isEqualTo(contents(whole));
    assertThat(times(slot)).isEqualTo(times(whole));
    assertThat(Files.getAttribute(slot.path().resolve("small/file-1"), "unix:nlink")).isEqualTo(1);
  }

  private static Map<String, FileTime> times(Slot slot) throws IOException {
    Map<String, FileTime> times = new HashMap<>();
    try (Stream<Path> all = Files.walk(slot.path())) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        String name = slot.path().relativize(path).toString();
        if (!name.startsWith(".fleet-installer")) {
          times.put(name, Files.getLastModifiedTime(path));
        }
      }
    }
    return times;
  }

  @Override
  public void close() {
    registry.close();
    server.close();
  }
}
