package io.fleetinstaller.slots;

import io.fleetinstaller.io.Listing;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The slots of one package. What it deletes is ours by its name and by what it says about itself,
 * and is renamed into the staging folder first: half a slot never stands where a whole one did.
 */
record Shelf(Layout layout, Doors doors, Remembered remembered) {
  /** Every slot folder of ours, whole or not. */
  List<Path> slots() {
    return folders().stream()
        .filter(folder -> new Seal(folder).release(layout.name()).isPresent())
        .toList();
  }

  private List<Path> folders() {
    return children(layout.home()).stream()
        .filter(child -> Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS))
        .toList();
  }

  /** What there is, to look at; what has not changed since the last look is not read again. */
  Installed read() {
    List<Slot> whole = remembered.whole(layout, folders(), doors.descriptors());
    return new Installed(
        layout.name(), named(layout.current(), whole), named(layout.previous(), whole), whole);
  }

  /** The whole slot of a release, to act on: it is read now. */
  Optional<Slot> whole(Digest digest) {
    Optional<Slot> whole =
        folders().stream()
            .map(Seal::new)
            .filter(seal ->
                seal.release(layout.name())
                    .filter(release -> release.digest().equals(digest))
                    .isPresent())
            .flatMap(seal -> seal.whole(layout, doors.descriptors()).stream())
            .findFirst();
    if (whole.isEmpty()) {
      // Whoever looks must see it, too: another slot may do.
      remembered.forget(layout, digest);
    }
    return whole;
  }

  /** Takes away what an earlier try to stage this release left. */
  void clear(Release release) throws IOException, Broken {
    sweep();
    Path slot = layout.slot(release);
    if (!Layout.present(slot) || whole(release.digest()).isPresent()) {
      return;
    }
    Seal seal = new Seal(slot);
    if (!seal.release(layout.name()).equals(Optional.of(release))) {
      throw new Broken(
          ReasonCode.CONFLICT,
          "cannot unpack %s: %s is in the way and is not ours; move it away"
              .formatted(release, slot));
    }
    if (live(slot)) {
      throw new Broken(
          ReasonCode.SLOT_DAMAGED,
          "cannot unpack %s: its copy is damaged, but a link still names it; go to another release first"
              .formatted(release));
    }
    try {
      // It lacks its mark only: what it has may be all that there is to fetch.
      layAside(slot);
    } catch (IOException _) {
      // On a full disk there is only less to be had.
      remove(slot);
    }
  }

  /** Removes the slots that no link names and nobody wants to keep. */
  List<Path> superfluous(Set<Digest> keep) {
    return slots().stream()
        .filter(folder ->
            new Seal(folder)
                .release(layout.name())
                .filter(release -> !keep.contains(release.digest()))
                .isPresent())
        .filter(folder -> !live(folder))
        .toList();
  }

  /** Whether it is a slot of this release that no link names. */
  boolean isOf(Path slot, Release release) {
    return new Seal(slot).release(layout.name()).equals(Optional.of(release)) && !live(slot);
  }

  /** Makes of a slot what was begun of it; nothing of one that a link names at this very moment. */
  void layAside(Path slot) throws IOException {
    if (!live(slot)) {
      forget();
      doors.disk().createDirectories(layout.begun(), Slots.STAGING_MODE);
      doors.disk().move(slot, layout.begun().resolve(slot.getFileName()));
    }
  }

  /** Does nothing to a slot that a link names at this very moment. Works on a full disk. */
  void remove(Path slot) throws IOException {
    sweep();
    if (!live(slot)) {
      // The slot itself becomes the staging folder: making one might need room that is not there.
      doors.disk().move(slot, layout.staging());
    }
    sweep();
  }

  /**
   * Keeps what is in the staging folder, if that is a slot that was begun, and further than kept.
   */
  void keep() throws IOException {
    Optional<Begun> now = Begun.in(layout.staging());
    if (now.isPresent() && Begun.in(layout.begun()).filter(it -> it.covers(now.get())).isEmpty()) {
      forget();
      doors.disk().move(layout.staging(), layout.begun());
    }
  }

  /** Takes away what is kept, unless it is of this release. */
  void forgetOthers(Release release) throws IOException {
    if (Begun.of(layout, release).isEmpty()) {
      forget();
    }
  }

  /** Takes away what is kept of a slot that was begun. */
  void forget() throws IOException {
    if (Layout.present(layout.begun())) {
      doors.disk().deleteTree(layout.begun());
    }
  }

  /** Takes the staging folder away, or whatever stands in its place. */
  void sweep() throws IOException {
    if (Layout.present(layout.staging())) {
      doors.disk().deleteTree(layout.staging());
    }
  }

  /** Whether a link names no folder here. */
  boolean lost(Path link) {
    return layout.target(link).filter(Files::isDirectory).isEmpty();
  }

  /** Whether a link names this slot. */
  boolean live(Path slot) {
    return Stream.of(layout.current(), layout.previous())
        .anyMatch(link -> layout.target(link).equals(Optional.of(slot)));
  }

  private Optional<Slot> named(Path link, List<Slot> whole) {
    Optional<Path> target = layout.target(link);
    return whole.stream().filter(slot -> target.equals(Optional.of(slot.path()))).findFirst();
  }

  static List<Path> children(Path folder) {
    try {
      List<Path> children = Listing.of(folder);
      Collections.sort(children);
      return children;
    } catch (IOException _) {
      // A folder that cannot be read holds nothing of ours.
      return List.of();
    }
  }
}
