package io.fleetinstaller.daemon;

import io.fleetinstaller.host.PlaceRules;
import io.fleetinstaller.host.Places;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Slots;
import java.util.List;
import java.util.Optional;

/**
 * The other packages of this host. What one has in the data of another would go back in time with
 * it, under a service that runs.
 */
record Neighbours(Slots slots) {

  /** Refuses a slot whose data holds, or whose places lie in the data of, another package. */
  void check(Slot slot) throws Fault {
    for (PackageName name : slots.names()) {
      Optional<Slot> other = slots.read(name).current();
      if (other.isPresent() && !name.equals(slot.release().name())) {
        check(slot, other.get());
      }
    }
  }

  private static void check(Slot slot, Slot other) throws Fault {
    List<String> ours = slot.descriptor().data().state();
    List<String> theirs = other.descriptor().data().state();
    for (String place : Places.of(slot.descriptor())) {
      for (String taken : Places.of(other.descriptor())) {
        boolean data = ours.contains(place) || theirs.contains(taken);
        if (data && PlaceRules.overlap(place, taken)) {
          throw new Refused(
              ReasonCode.CONFLICT,
              "cannot install %s: %s and %s of package %s lie in one another, and a revert of one would take back what the other has there"
                  .formatted(slot.release(), place, taken, other.release().name()));
        }
      }
    }
  }
}
