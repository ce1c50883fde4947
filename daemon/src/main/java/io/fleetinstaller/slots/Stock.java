package io.fleetinstaller.slots;

import io.fleetinstaller.release.Slot;
import io.fleetinstaller.toc.Toc;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What there is of a package on the disk, which can be asked what it holds. Immutable. */
public final class Stock {
  private final List<Slot> slots;
  private final Set<Path> rotten;
  private final Optional<Begun> begun;

  /**
   * @param slots that are whole
   * @param rotten files of theirs that turned out to hold something else than they should
   */
  Stock(List<Slot> slots, Set<Path> rotten, Optional<Begun> begun) {
    this.slots = List.copyOf(slots);
    this.rotten = Set.copyOf(rotten);
    this.begun = begun;
  }

  List<Slot> slots() {
    return slots;
  }

  /** Files of slots that turned out to hold something else than they should. */
  public Set<Path> rotten() {
    return rotten;
  }

  Optional<Begun> begun() {
    return begun;
  }

  /** Whether there is something of an earlier try to stage the very release. */
  public boolean goesOn() {
    return begun.isPresent();
  }

  /** What it holds of the files and chunks of these tables; of what was begun, all is hashed. */
  public Inventory of(List<Toc> asked) throws InterruptedException {
    return Inventory.of(this, asked);
  }
}
