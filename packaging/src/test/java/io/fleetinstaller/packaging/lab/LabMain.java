package io.fleetinstaller.packaging.lab;

import io.fleetinstaller.daemon.Settings;
import io.fleetinstaller.io.Effects;
import io.fleetinstaller.systemd.Main;
import java.io.IOException;
import java.nio.file.Path;

/** The program on Linux, with fault points: the product but for its doors. */
public final class LabMain {
  private LabMain() {}

  public static void main(String[] args) throws IOException {
    System.exit(Main.run(args, around(Effects.real(), new FaultPoints(FaultSwitch.HERE))));
  }

  static Effects around(Effects real, FaultPoints points) {
    Settings.Paths paths = Settings.Paths.DEFAULT;
    Names names = new Names(paths.state(), paths.packages(), Path.of("/etc/systemd/system"));
    return new Effects(
        new FaultyDisk(real.disk(), points, names),
        new FaultyScratch(real.scratch(), points, names),
        new FaultyPrograms(real.programs(), points));
  }
}
