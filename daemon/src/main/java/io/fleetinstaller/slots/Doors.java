package io.fleetinstaller.slots;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault.Refused;

/** What slots act through. */
public record Doors(Disk disk, Scratch scratch, DescriptorReader descriptors) {

  /** Reads the descriptor that a slot carries. */
  @FunctionalInterface
  public interface DescriptorReader {
    Descriptor read(String source, byte[] bytes) throws Refused;
  }
}
