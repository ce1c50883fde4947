package io.fleetinstaller.supply;

import static io.fleetinstaller.supply.Editions.NAME;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Slots;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Stages a release by ranges as the daemon does, in a process that a test can kill. */
final class Victim {

  private Victim() {}

  /** The registry's address, the folder of the packages, and the release. */
  public static void main(String[] words) throws Exception {
    Slots slots =
        new Slots(
            Path.of(words[1]),
            new Doors(new DurableDisk(), new FileScratch(), DescriptorFormat::read),
            0);
    try (Registry registry =
        new Registry(RegistrySettings.of(List.of(words[0])), new FakeTime(), new Random(1))) {
      Image image = registry.resolve(NAME, Digest.parse(words[2]), Platform.ofThisHost());
      Ways ways = Ways.to(image, registry, (_, _) -> {});
      slots.stage(ways.ranges(slots.inventory(image.release())).orElseThrow().delivery());
    }
  }
}
