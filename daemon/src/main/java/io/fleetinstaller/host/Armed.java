package io.fleetinstaller.host;

import java.time.Instant;
import java.util.Optional;

/**
 * The durable record of an armed guard.
 *
 * @param from folder name of the slot to go back to; empty for a first install
 * @param to folder name of the candidate's slot; empty for a removal
 */
public record Armed(String upgradeId, Optional<String> from, Optional<String> to, Instant at) {

  /** Whether the guard needs the slot with this folder name. */
  public boolean names(String slot) {
    return from.filter(slot::equals).isPresent() || to.filter(slot::equals).isPresent();
  }
}
