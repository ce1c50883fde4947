package io.fleetinstaller.daemon;

import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.Traffic;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.release.Wait;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.slots.Stock;
import io.fleetinstaller.supply.Bill;
import io.fleetinstaller.supply.Cost;
import io.fleetinstaller.supply.Way;
import io.fleetinstaller.supply.Ways;
import io.fleetinstaller.upgrade.Progress;
import io.fleetinstaller.upgrade.Upgrade;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings releases from a registry into slots. A release whose slot is whole needs no network. Used
 * by the owner thread.
 */
final class Staging {
  private static final Logger LOG = LoggerFactory.getLogger(Staging.class);

  private final Supplier<Registry> registries;
  private final Slots slots;
  private final Platform platform = Platform.ofThisHost();
  private Optional<Image> resolved = Optional.empty();

  /**
   * @param registries the registry of the settings in use
   */
  Staging(Supplier<Registry> registries, Slots slots) {
    this.registries = registries;
    this.slots = slots;
  }

  /** What release this digest is. */
  Release look(PackageName name, Digest digest) throws Fault, InterruptedException {
    Image image = registries.get().resolve(name, digest, platform);
    resolved = Optional.of(image);
    return image.release();
  }

  /**
   * Resolves the release and makes sure that there is room for it.
   *
   * @param data bytes that the snapshot of the agent's data will take beside it
   */
  void fetch(Upgrade upgrade, long data, Progress progress) throws Fault, InterruptedException {
    if (here(upgrade)) {
      return;
    }
    Image image = image(upgrade.to().orElseThrow(), progress);
    progress.note(image.notes());
    slots.makeWay(image.release());
    slots.checkSpace(Ways.bare(image), data);
  }

  void unpack(Upgrade upgrade, Progress progress) throws Fault, InterruptedException {
    Optional<Slot> there = there(upgrade);
    if (there.isPresent()) {
      label(there.get());
      return;
    }
    Image image = image(upgrade.to().orElseThrow(), progress);
    Ways ways = Ways.to(image, registries.get(), watcher(progress));
    progress.note(ways.notes());
    Way taken = stage(ways, image.release(), progress);
    progress.note(List.of("%s, %s".formatted(taken.name(), taken.cost())));
    if (ways.looking().bytes() > 0 || ways.looking().requests() > 0) {
      progress.note(List.of("to find the way, %s".formatted(ways.looking())));
    }
    forget(upgrade);
  }

  /** A whole copy is not given up for it: before the switch its labels are looked at. */
  private void label(Slot slot) throws InterruptedException {
    try {
      slots.label(slot);
    } catch (Fault fault) {
      LOG.warn("{}", fault.getMessage());
    }
  }

  private static Bill.Watcher watcher(Progress progress) {
    return new Bill.Watcher() {
      @Override
      public void at(long done, long total) {
        progress.at(done, total);
      }

      @Override
      public void waits(Wait wait) {
        progress.waits(wait);
      }

      @Override
      public void goesOn(Wait wait) {
        progress.goesOn(wait);
      }

      @Override
      public void mayGoOn() throws Fault, InterruptedException {
        progress.mayGoOn();
      }
    };
  }

  /**
   * Whatever goes wrong on a cheap way, but with this host's own disk, leads to the next one; only
   * a layer as a whole can condemn it all, and tells what is really wrong.
   */
  private Way stage(Ways ways, Release release, Progress progress)
      throws Fault, InterruptedException {
    slots.makeWay(release);
    Set<Digest> held =
        slots.read(release.name()).whole().stream()
            .map(slot -> slot.release().digest())
            .collect(Collectors.toSet());
    Stock there = slots.inventory(release);
    if (there.goesOn()) {
      progress.note(List.of("going on with what an earlier try left"));
    }
    Optional<Way> spoiled = Optional.empty();
    Ways.Cheap cheap = ways.cheap(there, held);
    Optional<Cost> left = cheap.left();
    for (Way way : cheap.ways()) {
      Gone gone = tried(ways, way, left, progress);
      if (gone.failed().isEmpty()) {
        return gone.way();
      }
      if (hasWrongBytes(gone.failed().get())) {
        spoiled = Optional.of(gone.way());
        break;
      }
      left = ways.left(slots.inventory(release));
    }
    if (spoiled.isPresent()) {
      Optional<Way> sound = sound(ways, spoiled.get(), release, progress);
      if (sound.isPresent()) {
        return sound.get();
      }
    }
    return whole(ways, progress);
  }

  // The wrong byte may be one of a slot's own, which rotted: so all of them are hashed before
  // anything else is fetched. Or a repository sent it: each of them is asked once.
  private Optional<Way> sound(Ways ways, Way spoiled, Release release, Progress progress)
      throws Fault, InterruptedException {
    Stock stock = slots.soundInventory(release);
    if (stock.rotten().isEmpty()) {
      spoiled.distrust();
    }
    for (int left = registries.get().repositories(); left > 0; left--) {
      Optional<Way> way = ways.ranges(stock);
      if (way.isEmpty()) {
        return way;
      }
      Gone gone = tried(ways, way.get(), ways.left(slots.inventory(release)), progress);
      if (gone.failed().isEmpty()) {
        return Optional.of(gone.way());
      }
      if (!hasWrongBytes(gone.failed().get())) {
        return Optional.empty();
      }
      gone.way().distrust();
    }
    return Optional.empty();
  }

  /** The way that was gone at last, and how it failed if it did. */
  private record Gone(Way way, Optional<Fault> failed) {
    boolean isBroken() {
      return failed.filter(Ways::mayPass).isPresent();
    }
  }

  /**
   * A way that worked until the network failed is gone on, once here, and by the next try: no
   * dearer one fetches again what has come.
   */
  private Gone tried(Ways ways, Way way, Optional<Cost> left, Progress progress)
      throws Fault, InterruptedException {
    Gone gone = new Gone(way, gone(way, progress));
    boolean nearer = false;
    if (gone.isBroken() && way.cost().bytes() > 0) {
      Way onwards = onwards(ways, way);
      gone = new Gone(onwards, gone(onwards, progress));
      nearer = gone.isBroken() && isNearer(left, ways.left(there(way)));
    }
    if (gone.failed().isPresent() && (nearer || !Ways.anotherMayDoBetter(gone.failed().get()))) {
      throw gone.failed().get();
    }
    return gone;
  }

  /** A way that broke without having brought anything may break there each time. */
  private static boolean isNearer(Optional<Cost> before, Optional<Cost> now) {
    return now.isPresent() && (before.isEmpty() || now.get().compareTo(before.get()) < 0);
  }

  /** To what a way has not brought yet, or it again where that is not less. */
  private Way onwards(Ways ways, Way way) throws InterruptedException {
    Optional<Way> rest = ways.onwards(way, there(way));
    if (rest.isEmpty()) {
      way.again();
    }
    return rest.orElse(way);
  }

  private Stock there(Way way) {
    return slots.inventory(way.delivery().release());
  }

  private Optional<Fault> gone(Way way, Progress progress) throws InterruptedException {
    try {
      go(way, progress);
      way.trust();
      return Optional.empty();
    } catch (Fault fault) {
      LOG.warn("cannot get it {}: {}", way.name(), fault.reason().sentence());
      return Optional.of(fault);
    }
  }

  private void go(Way way, Progress progress) throws Fault, InterruptedException {
    try {
      slots.stage(way.delivery());
    } catch (Fault fault) {
      String told = "%s failed after %s: %s".formatted(way.name(), way.cost(), fault.reason());
      progress.note(List.of(told));
      throw fault;
    }
  }

  // Wrong bytes are known for such at the end of a layer. The registry then asks whoever sent
  // them last, so that another go at the same slot takes them from the next repository.
  private Way whole(Ways ways, Progress progress) throws Fault, InterruptedException {
    for (int left = registries.get().repositories(); ; left--) {
      Way way = ways.whole();
      try {
        go(way, progress);
        return way;
      } catch (Fault fault) {
        if (left <= 1 || !hasWrongBytes(fault)) {
          throw fault;
        }
      }
    }
  }

  private static boolean hasWrongBytes(Fault fault) {
    return fault.reason().code() == ReasonCode.DIGEST_MISMATCH;
  }

  /** What was resolved is of no more use. */
  void forget(Upgrade upgrade) {
    resolved = resolved.filter(image -> !Optional.of(image.release()).equals(upgrade.to()));
  }

  /** Whether its slot is whole already. */
  boolean here(Upgrade upgrade) {
    return there(upgrade).isPresent();
  }

  private Optional<Slot> there(Upgrade upgrade) {
    Release release = upgrade.to().orElseThrow();
    return slots.whole(release.name(), release.digest());
  }

  private Image image(Release release, Progress progress) throws Fault, InterruptedException {
    Optional<Image> known = resolved.filter(image -> image.release().equals(release));
    Image image =
        known.isPresent()
            ? known.get()
            : registries.get().resolve(release, platform, waits(progress));
    resolved = Optional.of(image);
    return image;
  }

  /** Documents are small: of them only who is waited for is told. */
  private static Traffic waits(Progress progress) {
    return new Traffic() {
      @Override
      public void waits(Wait wait) {
        progress.waits(wait);
      }

      @Override
      public void goesOn(Wait wait) {
        progress.goesOn(wait);
      }
    };
  }
}
