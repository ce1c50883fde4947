package io.fleetinstaller.release;

import java.util.List;
import java.util.Optional;

/**
 * What this host has of one package, as read from its slots and links.
 *
 * @param whole every whole slot, {@code current} and {@code previous} among them
 */
public record Installed(
    PackageName name, Optional<Slot> current, Optional<Slot> previous, List<Slot> whole) {
  public Installed {
    whole = List.copyOf(whole);
  }

  /** The whole slot that holds this release, if there is one. */
  public Optional<Slot> find(Digest digest) {
    return whole.stream().filter(slot -> slot.release().digest().equals(digest)).findFirst();
  }
}
