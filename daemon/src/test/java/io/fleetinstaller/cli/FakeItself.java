package io.fleetinstaller.cli;

import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Only remembers what it was asked to do with itself. */
final class FakeItself implements Itself {
  static final Release RELEASE =
      new Release(PackageName.INSTALLER, new Version("1.2.3"), Digest.of(new byte[0]));

  final List<String> asked = new ArrayList<>();

  @Override
  public void rehearse(Path config, Path folder) {
    asked.add("rehearse %s %s".formatted(config, folder));
  }

  @Override
  public Release setUp(Path config, Reference what, RegistrySettings how) {
    asked.add("set up %s %s".formatted(config, what));
    return RELEASE;
  }
}
