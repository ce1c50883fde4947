package io.fleetinstaller.delta;

import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.packages.DeltaBuild;
import io.fleetinstaller.registry.Address;
import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.registry.Push;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault;
import java.util.List;
import java.util.Random;

/** Where a delta is made of layouts only. */
public final class Layouts implements DeltaBuild.Network {
  @Override
  public Inspection inspect(Reference reference) throws Fault, InterruptedException {
    return Inspection.of(reference, RegistrySettings.NONE, new FakeTime(), new Random(1));
  }

  @Override
  public Registry registry(Address repository) {
    return new Registry(
        RegistrySettings.of(List.of(repository.toString())), new FakeTime(), new Random(1));
  }

  @Override
  public Push push() {
    throw new AssertionError("a layout is not pushed to");
  }
}
