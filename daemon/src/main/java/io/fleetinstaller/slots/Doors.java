package io.fleetinstaller.slots;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Effects;
import io.fleetinstaller.io.Labels;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import java.nio.file.Path;
import java.util.List;

/** What slots act through. */
public record Doors(Disk disk, Scratch scratch, DescriptorReader descriptors, Labels labels) {

  /** Where files need no labels, or nothing is staged. */
  public Doors(Disk disk, Scratch scratch, DescriptorReader descriptors) {
    this(disk, scratch, descriptors, Labels.none());
  }

  /** Those of the machine that these change. */
  public static Doors of(Effects effects, DescriptorReader descriptors) {
    return new Doors(
        effects.disk(), effects.scratch(), descriptors, Labels.ofThisMachine(effects.programs()));
  }

  /** Gives all that is in a slot, in its place, durably the labels that policy has for it there. */
  void label(Path slot, Room room) throws Fault, InterruptedException {
    if (labels.areDemanded()) {
      labels.restore(List.of(slot));
      room.run(() -> disk.sync(slot));
    }
  }

  /** Reads the descriptor that a slot carries. */
  @FunctionalInterface
  public interface DescriptorReader {
    Descriptor read(String source, byte[] bytes) throws Refused;
  }
}
