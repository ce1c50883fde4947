package io.fleetinstaller.systemd;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What one package has on this host beside its slots: unit files, and places that it named. */
record Claim(Map<String, Unit> units, Set<String> places) {

  static final Claim NONE = new Claim(Map.of(), Set.of());

  /** How far a unit of ours is; each change is recorded before it is made. */
  enum Stage {
    INSTALLING,
    INSTALLED,
    REMOVING,
    REMOVED
  }

  /**
   * One unit.
   *
   * @param enabled whether it shall be, or was before it was removed, started at boot
   */
  record Unit(Stage stage, boolean enabled) {}

  Claim {
    units = Map.copyOf(units);
    places = Set.copyOf(places);
  }

  /** Whether the unit's file, if there is one, is this package's. */
  boolean holds(String unit) {
    Unit known = units.get(unit);
    return known != null && known.stage() != Stage.REMOVED;
  }

  Claim with(String unit, Unit state) {
    Map<String, Unit> more = new TreeMap<>(units);
    more.put(unit, state);
    return new Claim(more, places);
  }

  Claim withPlaces(Set<String> named) {
    Set<String> more = new TreeSet<>(places);
    more.addAll(named);
    return new Claim(units, more);
  }
}
