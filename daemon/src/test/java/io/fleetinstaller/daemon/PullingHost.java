package io.fleetinstaller.daemon;

import static io.fleetinstaller.supply.Editions.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.supply.Editions;
import io.fleetinstaller.supply.LayoutServer;
import io.fleetinstaller.upgrade.Progress;
import io.fleetinstaller.upgrade.Upgrade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** A host with real slots that stages releases out of repositories that all have one layout. */
final class PullingHost implements AutoCloseable {
  /** What was noted of the last staging. */
  final List<String> notes = new ArrayList<>();

  final List<LayoutServer> servers = new ArrayList<>();
  final Slots slots;
  private final Editions editions;
  private Registry registry = new Registry(RegistrySettings.NONE, new FakeTime(), new Random(1));
  private Staging staging;

  /** One that pulls from one repository. */
  PullingHost(Editions editions, String name) throws IOException {
    this.editions = editions;
    this.slots = editions.slots(name);
    pullFrom(1);
  }

  /** Has so many repositories now. */
  void pullFrom(int count) throws IOException {
    while (servers.size() < count) {
      servers.add(new LayoutServer(editions.layout()));
    }
    registry.close();
    List<String> addresses = servers.stream().map(LayoutServer::address).toList();
    registry = new Registry(RegistrySettings.of(addresses), new FakeTime(), new Random(1));
    staging = new Staging(() -> registry, slots);
  }

  /** What this digest is. */
  Release look(Digest digest) throws Fault, InterruptedException {
    return registry.resolve(NAME, digest, Platform.ofThisHost()).release();
  }

  void stage(Release release) throws Fault, InterruptedException {
    notes.clear();
    staging.unpack(upgrade(release), noting(notes));
  }

  /** The first install of this release. */
  static Upgrade upgrade(Release release) {
    return new Upgrade(
        "00000001",
        NAME,
        Optional.empty(),
        Optional.of(release),
        new Origin(Origin.Kind.FILE, "a test", ""),
        Duration.ZERO,
        Instant.EPOCH);
  }

  /** What is noted goes into this list; how far it is, is not looked at. */
  static Progress noting(List<String> notes) {
    return new Progress() {
      @Override
      public void at(long done, long total) {
        // that is not noted
      }

      @Override
      public void note(List<String> evidence) {
        notes.addAll(evidence);
      }
    };
  }

  /** The notes, without what they say of cost and cause. */
  List<String> told() {
    return notes.stream()
        .filter(note -> note.matches("(?s)(by|as) .*"))
        .map(note -> note.replaceFirst("(?s) failed.*", " failed").replaceFirst(",.*", ""))
        .toList();
  }

  /** Every file of a sound slot. */
  String contents(Release release) throws Exception {
    Slot slot = slots.whole(NAME, release.digest()).orElseThrow();
    assertThat(slots.verify(slot)).isEmpty();
    return Editions.contents(slot);
  }

  /** What there is of the package, slots and whatever else a staging may leave. */
  List<String> left() throws IOException {
    Path slot = slots.read(NAME).whole().getFirst().path();
    try (Stream<Path> all = Files.list(slot.getParent())) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public void close() {
    registry.close();
    servers.forEach(LayoutServer::close);
  }
}
