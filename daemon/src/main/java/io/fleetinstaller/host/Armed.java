package io.fleetinstaller.host;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The durable record of an armed guard.
 *
 * @param from folder name of the slot to go back to; empty for a first install
 * @param to folder name of the candidate's slot; empty for a removal
 * @param data what is to be brought back where a snapshot of it was taken
 * @param mounts where the file systems that hold the data were mounted, but for the root's
 */
public record Armed(
    String upgradeId,
    Optional<String> from,
    Optional<String> to,
    Instant at,
    List<Kept> data,
    List<Path> mounts) {
  public Armed {
    data = List.copyOf(data);
    mounts = List.copyOf(mounts);
  }

  /** Whether the guard needs the slot with this folder name. */
  public boolean names(String slot) {
    return from.filter(slot::equals).isPresent() || to.filter(slot::equals).isPresent();
  }
}
