package io.fleetinstaller.slots;

import io.fleetinstaller.release.Slot;
import io.fleetinstaller.toc.Toc;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The whole slots of a package, which can be asked what they hold. Immutable.
 *
 * @param rotten files that turned out to hold something else than they should
 */
public record Stock(List<Slot> slots, Set<Path> rotten) {
  public Stock {
    slots = List.copyOf(slots);
    rotten = Set.copyOf(rotten);
  }

  /** What they hold of the files and chunks of these tables. */
  public Inventory of(List<Toc> asked) {
    return Inventory.of(this, asked);
  }
}
