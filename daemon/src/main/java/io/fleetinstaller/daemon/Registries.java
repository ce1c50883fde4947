package io.fleetinstaller.daemon;

import io.fleetinstaller.io.Time;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import java.util.random.RandomGenerator;

/** The registry of the settings in use. Used by the owner thread. */
final class Registries implements AutoCloseable {
  private final LiveSettings settings;
  private final Time time;
  private final RandomGenerator chance;
  private RegistrySettings known;
  private Registry registry;

  Registries(LiveSettings settings, Time time, RandomGenerator chance) {
    this.settings = settings;
    this.time = time;
    this.chance = chance;
    this.known = settings.now().registry();
    this.registry = open(known);
  }

  Registry now() {
    RegistrySettings wanted = settings.now().registry();
    if (!wanted.equals(known)) {
      registry.close();
      registry = open(wanted);
      known = wanted;
    }
    return registry;
  }

  private Registry open(RegistrySettings wanted) {
    return new Registry(wanted, () -> settings.now().downloads().at(time.now()), time, chance);
  }

  @Override
  public void close() {
    registry.close();
  }
}
