package io.fleetinstaller.daemon;

import io.fleetinstaller.host.FakeHost;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.io.Effects;
import io.fleetinstaller.io.Memory;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A stage whose daemon runs from a slot of its own package, and candidates to take its place. */
final class OwnPackage {
  /** What a program says that was not built as a release. */
  static final String VERSION = "development";

  private final Path folder;
  private final Stage stage;

  OwnPackage(Path folder, Stage stage) {
    this.folder = folder;
    this.stage = stage;
  }

  Release release(String content) throws Exception {
    return stage.release(PackageName.INSTALLER, VERSION, content);
  }

  /** Sets this release up and starts the daemon from it. */
  void start(String content) throws Exception {
    restarts();
    setUp(content);
    // The host that setup opened took its processes along.
    stage.close();
    stage.start();
  }

  /** The restart to come starts the daemon, which ends itself at each restart after that. */
  void restarts() {
    stage.host.incarnate(this::startStage);
  }

  private void startStage() {
    stage.host.incarnate(() -> Thread.currentThread().interrupt());
    try {
      stage.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  Release setUp(String content) throws Exception {
    Reference what =
        Reference.parse("file:%s/layouts/fleet-installer:%s".formatted(folder, content));
    return new Setup(stage.settings(), false, stage.kind(), stage.outside())
        .run(what, RegistrySettings.NONE);
  }

  /** What the candidate does in its rehearsal. */
  void rehearses(FakeHost.Program candidate) {
    stage.host.program(
        List.of(
            "bin/fleet-installer",
            "run",
            "--config",
            stage.settings().toString(),
            "--rehearse",
            rehearsal().toString()),
        candidate);
  }

  Path rehearsal() {
    return folder.resolve("rehearsal");
  }

  /** A rehearsal as it is. */
  Host.Exit rehearse(Path settings, Time time) throws Fault {
    try {
      Assembly.Outside outside =
          new Assembly.Outside(time, new Random(1), Map.of(), Effects.real(), Memory.KEPT);
      Rehearsing.run(settings, false, rehearsal(), outside);
      return new Host.Exit(0, false, List.of());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
