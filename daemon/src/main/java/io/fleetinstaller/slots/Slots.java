package io.fleetinstaller.slots;

import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copies of all packages on this host. Every method does its whole job whatever an earlier try
 * left half-done. Nothing that this class did not make is ever deleted. One thread at a time per
 * package; reading may go on beside it.
 */
public final class Slots {
  private static final Logger LOG = LoggerFactory.getLogger(Slots.class);
  private static final int DIRECTORY_MODE = 0755;
  static final int STAGING_MODE = 0700;

  private final Path root;
  private final Doors doors;
  private final long reserve;
  private final Shelves shelves;

  /**
   * @param root the folder of all packages; absolute, may be a link
   * @param reserve bytes that staging leaves free
   */
  public Slots(Path root, Doors doors, long reserve) {
    this.root = root;
    this.doors = doors;
    this.reserve = reserve;
    this.shelves = new Shelves(root, doors, new Remembered());
  }

  /** The packages that have a slot of ours, whole or not. */
  public List<PackageName> names() {
    return shelves.all().stream()
        .filter(shelf -> !shelf.read().whole().isEmpty() || !shelf.slots().isEmpty())
        .map(shelf -> shelf.layout().name())
        .sorted()
        .toList();
  }

  /**
   * What there is of this package, to look at: what has not changed since the last look is not read
   * again. Links and folders that make no sense are passed over.
   */
  public Installed read(PackageName name) {
    return shelves
        .find(name)
        .map(Shelf::read)
        .orElseGet(() -> new Installed(name, Optional.empty(), Optional.empty(), List.of()));
  }

  /** The whole slot of this release, if there is one, to act on: it is read now. */
  public Optional<Slot> whole(PackageName name, Digest digest) {
    return shelves.find(name).flatMap(shelf -> shelf.whole(digest));
  }

  /** True when {@code current} is there but names no whole slot: what runs is not known. */
  public boolean currentIsBroken(PackageName name) {
    return shelves
        .find(name)
        .filter(shelf -> Layout.present(shelf.layout().current()))
        .filter(shelf -> shelf.read().current().isEmpty())
        .isPresent();
  }

  /**
   * True when {@code current} names no folder of this package: it is gone, leads to nothing or
   * elsewhere, or is no link.
   */
  public boolean currentIsLost(PackageName name) {
    return shelves.find(name).filter(shelf -> shelf.lost(shelf.layout().current())).isPresent();
  }

  /** The same for {@code previous}. */
  public boolean previousIsLost(PackageName name) {
    return shelves.find(name).filter(shelf -> shelf.lost(shelf.layout().previous())).isPresent();
  }

  /** The slot that was staged first, of those that are whole, this one left out. */
  public Optional<Slot> oldest(PackageName name, Optional<Slot> but) {
    return read(name).whole().stream()
        .filter(slot -> !Optional.of(slot).equals(but))
        .min(Comparator.comparing(slot -> new Seal(slot.path()).staged()));
  }

  /** As {@link #point}, also where something stands that is no link: it is set aside. */
  public void replaceCurrent(Slot slot) throws Fault, InterruptedException {
    setAside(slot.release().name(), Layout.CURRENT);
    point(slot);
  }

  /** As {@link #pointPrevious}, also where something stands that is no link: it is set aside. */
  public void replacePrevious(PackageName name, Optional<Release> release)
      throws Fault, InterruptedException {
    setAside(name, Layout.PREVIOUS);
    if (release.isPresent() || Layout.present(root.resolve(name.value()).resolve("previous"))) {
      pointPrevious(name, release);
    }
  }

  private void setAside(PackageName name, String link) throws Fault, InterruptedException {
    Room room = Room.small("set aside %s of %s".formatted(link, name), root);
    Path place = shelves.of(name, room).layout().home().resolve(link);
    if (Layout.present(place) && !Files.isSymbolicLink(place)) {
      room.run(() -> Quarantine.put(doors.disk(), place, "it is no link"));
    }
  }

  /**
   * Fails with {@link ReasonCode#DISK_FULL} when the disk has no room for this release. What was
   * begun makes way first: that of others, then of this release itself.
   *
   * @param data bytes that the snapshot of the agent's data will take beside it
   */
  public void checkSpace(Delivery delivery, long data) throws Fault, InterruptedException {
    Release release = delivery.release();
    if (whole(release.name(), release.digest()).isPresent()) {
      return;
    }
    // Files that slots share need no room: what is left for the data is known when they are here.
    boolean shares =
        delivery.descriptor().immutable()
            && read(release.name()).whole().stream().anyMatch(it -> it.descriptor().immutable());
    Room room = room(delivery).beside(shares ? 0 : data);
    Shelf shelf = shelves.of(release.name(), room);
    if (isFull(room, shelf, release)) {
      forgetBegun(name -> !name.equals(release.name()));
      if (isFull(room, shelf, release)) {
        forgetBegun(_ -> true);
        room.check(doors.scratch());
      }
    }
  }

  private boolean isFull(Room room, Shelf shelf, Release release)
      throws Fault, InterruptedException {
    try {
      room.less(begun(shelf, release)).check(doors.scratch());
      return false;
    } catch (Fault.Transient _) {
      return true;
    }
  }

  /**
   * Takes what an earlier try left out of this release's place, so that it is part of its {@link
   * #inventory}.
   *
   * @throws Fault broken: what is there is not ours, or is in use
   */
  public void makeWay(Release release) throws Fault, InterruptedException {
    Room room = Room.small("make way for " + release, root);
    Shelf shelf = shelves.of(release.name(), room);
    room.run(() -> shelf.clear(release));
  }

  /**
   * Unpacks a release into a slot of its own; at once if there is a whole one. What was made of it
   * when it was interrupted, or when the transfer broke, is kept for the next try, which need not
   * fetch it again; after a refusal, or with a layer that has no table, nothing of it is left.
   *
   * @throws Fault refused: the package breaks a rule; transient: disk or transfer
   */
  public Slot stage(Delivery delivery) throws Fault, InterruptedException {
    Release release = delivery.release();
    Optional<Slot> there = whole(release.name(), release.digest());
    if (there.isPresent()) {
      return there.get();
    }
    Room room = room(delivery);
    Path folder = root.resolve(release.name().value());
    boolean ours = !Layout.present(folder);
    Shelf before = shelves.of(release.name(), room);
    room.run(() -> before.clear(release));
    Shelves.tidy(before, () -> before.forgetOthers(release));
    if (!delivery.hasTable()) {
      // Nothing will ever tell what of it is right: it would only take the room.
      Shelves.tidy(before, before::forget);
    }
    LOG.atInfo().addKeyValue("package", release.name()).log("unpacking {}", release);
    try {
      room.less(begun(before, release)).check(doors.scratch());
      room.run(() -> doors.disk().createDirectories(folder, DIRECTORY_MODE));
      Shelf shelf = shelves.of(release.name(), room);
      room.run(() -> doors.disk().createDirectories(shelf.layout().staging(), STAGING_MODE));
      new Staging(shelf, delivery, room).run();
      room.run(shelf::sweep);
      Shelves.tidy(shelf, shelf::forget);
    } catch (Fault | InterruptedException | RuntimeException e) {
      leave(e, delivery, ours);
      throw e;
    }
    return whole(release.name(), release.digest()).orElseThrow(() -> damaged(release));
  }

  /** Gives a slot that was staged before the labels that policy has for it now. */
  public void label(Slot slot) throws Fault, InterruptedException {
    doors.label(slot.path(), Room.small("label " + slot.release(), slot.path()));
  }

  /** Makes {@code current} name this slot. Done again even if it does: it may not be durable. */
  public void point(Slot slot) throws Fault, InterruptedException {
    Release release = slot.release();
    Room room = Room.small("make current name " + release, root);
    Shelf shelf = shelves.of(release.name(), room);
    if (shelf.whole(release.digest()).isEmpty()) {
      throw damaged(release);
    }
    LOG.atInfo().addKeyValue("package", release.name()).log("making current name {}", release);
    link(shelf.layout().current(), release, room);
  }

  /** Takes {@code current} away. */
  public void unpoint(PackageName name) throws Fault, InterruptedException {
    Room room = Room.small("take away current of " + name, root);
    LOG.atInfo().addKeyValue("package", name).log("taking current of {} away", name);
    unlink(shelves.of(name, room).layout().current(), room);
  }

  /** Makes {@code previous} name this release, or takes it away if there is no whole slot of it. */
  public void pointPrevious(PackageName name, Optional<Release> release)
      throws Fault, InterruptedException {
    Room room = Room.small("set previous of " + name, root);
    Shelf shelf = shelves.of(name, room);
    Optional<Slot> slot = release.flatMap(wanted -> shelf.whole(wanted.digest()));
    LOG.atInfo()
        .addKeyValue("package", name)
        .log(
            "making previous of {} name {}",
            name,
            slot.map(found -> found.release().toString()).orElse("nothing"));
    if (slot.isPresent()) {
      link(shelf.layout().previous(), slot.get().release(), room);
    } else {
      unlink(shelf.layout().previous(), room);
    }
  }

  /** Removes every slot that is neither current nor previous nor kept. */
  public void prune(PackageName name, Set<Digest> keep) throws Fault, InterruptedException {
    Room room = Room.small("remove old slots of " + name, root);
    Shelf shelf = shelves.of(name, room);
    for (Path slot : shelf.superfluous(keep)) {
      LOG.atInfo().addKeyValue("package", name).log("removing {}", slot);
      room.run(() -> shelf.remove(slot));
    }
  }

  /** Removes what there is of this release, unless a link names it. */
  public void discard(Release release) throws Fault, InterruptedException {
    Room room = Room.small("remove " + release, root);
    Shelf shelf = shelves.of(release.name(), room);
    Path slot = shelf.layout().slot(release);
    room.run(shelf::sweep);
    if (shelf.isOf(slot, release)) {
      LOG.atInfo().addKeyValue("package", release.name()).log("removing {}", slot);
      room.run(() -> shelf.remove(slot));
    }
  }

  /**
   * The same, but what is in its slot need not be fetched again: it is as if staging it had been
   * interrupted.
   */
  public void layAside(Release release) throws Fault, InterruptedException {
    Room room = Room.small("lay aside " + release, root);
    Shelf shelf = shelves.of(release.name(), room);
    Path slot = shelf.layout().slot(release);
    if (shelf.isOf(slot, release)) {
      LOG.atInfo().addKeyValue("package", release.name()).log("laying {} aside", slot);
      Shelves.tidy(shelf, () -> shelf.layAside(slot));
    }
    discard(release);
  }

  /** Hashes every file of the slot again; empty: it is what was unpacked. */
  public List<Difference> verify(Slot slot) throws Fault, InterruptedException {
    return new Verification(slot.path())
        .differences(Room.small("read " + slot.release(), slot.path()));
  }

  /** What there is that a release can be made of; nothing is hashed. */
  public Stock inventory(Release release) {
    return stock(release, Set.of());
  }

  private Stock stock(Release release, Set<Path> rotten) {
    return new Stock(
        read(release.name()).whole(),
        rotten,
        shelves.find(release.name()).flatMap(shelf -> Begun.of(shelf.layout(), release)));
  }

  /** The same without the files that rotted: everything is hashed for it. */
  public Stock soundInventory(Release release) throws Fault, InterruptedException {
    Set<Path> rotten = new HashSet<>();
    for (Slot slot : read(release.name()).whole()) {
      verify(slot).stream()
          .filter(Difference::breaksIt)
          .forEach(difference -> rotten.add(slot.path().resolve(difference.path())));
    }
    return stock(release, rotten);
  }

  /**
   * At start: empties the staging folders, but keeps a slot that was begun. What cannot be removed
   * now is left for the next time.
   */
  public void sweep() {
    shelves.sweep();
  }

  /** Forgets what was begun of these packages: nobody will go on with it. */
  public void forgetBegun(Predicate<PackageName> unwanted) {
    shelves.forgetBegun(unwanted);
  }

  private void link(Path link, Release release, Room room) throws Fault, InterruptedException {
    if (Layout.present(link) && !Files.isSymbolicLink(link)) {
      throw new Broken(
          ReasonCode.CONFLICT,
          "cannot %s: %s is no link; move it away".formatted(room.doing(), link));
    }
    Path target = link.getFileSystem().getPath(release.slotName());
    room.run(() -> doors.disk().point(link, target));
  }

  private void unlink(Path link, Room room) throws Fault, InterruptedException {
    if (Files.isSymbolicLink(link)) {
      room.run(() -> doors.disk().delete(link));
    }
  }

  private void leave(Exception failure, Delivery delivery, boolean ours) {
    Release release = delivery.release();
    boolean condemned = failure instanceof Fault.Refused it && !it.reason().code().isWithheld();
    try {
      Shelf shelf = shelves.of(release.name());
      if (isOfTheDisk(failure)) {
        // Less on it may be better, and nobody knows what of it was written.
        forgetBegun(_ -> true);
      } else if (!condemned && delivery.isListed()) {
        Shelves.tidy(shelf, shelf::keep);
      }
      shelf.clear(release);
      if (isOfTheDisk(failure)) {
        // What lacks only its mark has just become such.
        Shelves.tidy(shelf, shelf::forget);
      }
      if (ours && Shelf.children(shelf.layout().home()).isEmpty()) {
        doors.disk().delete(shelf.layout().home());
      }
    } catch (IOException | Broken e) {
      failure.addSuppressed(e);
    }
  }

  private static boolean isOfTheDisk(Exception failure) {
    Set<ReasonCode> codes = EnumSet.of(ReasonCode.DISK_FULL, ReasonCode.IO_ERROR);
    return failure instanceof Fault fault && codes.contains(fault.reason().code());
  }

  /** Bytes of a release that are here already, and become those of the slot. */
  private static long begun(Shelf shelf, Release release) {
    return Begun.of(shelf.layout(), release).map(Begun::room).orElse(0L);
  }

  private Room room(Delivery delivery) {
    Path where = root.resolve(delivery.release().name().value()).toAbsolutePath();
    while (!Files.exists(where) && where.getParent() != null) {
      where = where.getParent();
    }
    return Room.of(delivery, where, reserve);
  }

  private static Broken damaged(Release release) {
    return new Broken(
        ReasonCode.SLOT_DAMAGED,
        "cannot use the copy of %s: it is gone or was damaged; check the disk".formatted(release));
  }
}
