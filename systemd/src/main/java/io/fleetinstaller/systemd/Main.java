package io.fleetinstaller.systemd;

import io.fleetinstaller.cli.Cli;
import io.fleetinstaller.cli.Itself;
import io.fleetinstaller.cli.Product;
import io.fleetinstaller.daemon.Assembly;
import io.fleetinstaller.daemon.Diagnosing;
import io.fleetinstaller.daemon.Doctor;
import io.fleetinstaller.daemon.Lifetime;
import io.fleetinstaller.daemon.Rehearsing;
import io.fleetinstaller.daemon.Settings;
import io.fleetinstaller.daemon.Setup;
import io.fleetinstaller.host.SupervisedHost;
import io.fleetinstaller.io.Effects;
import io.fleetinstaller.io.OwnMemory;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Release;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;

/** The program on Linux. */
public final class Main {
  private static final List<String> TOOLS = List.of("systemctl", "journalctl", "systemd-run");

  private Main() {}

  public static void main(String[] args) {
    int code = run(args, Effects.real());
    if (args.length > 0 && args[0].equals("run")) {
      System.exit(code);
    }
    // Only the daemon has something to do at the end. An exit would look for a logger first, in
    // every jar, which a cold status would wait for.
    Runtime.getRuntime().halt(code);
  }

  /**
   * Runs one command line to its exit code, changing the host through these doors; the fault
   * laboratory brings its own.
   */
  public static int run(String[] args, Effects effects) {
    Product product =
        new Product(
            Settings.DEFAULT_FILE,
            Settings.Paths.DEFAULT.socket(),
            (config, supervised) -> runDaemon(config, supervised, effects),
            config -> Doctor.withoutDaemon(config, TOOLS, new SystemTime()),
            (config, socket, output) -> Diagnosing.of(config, socket, means(effects)).write(output),
            new InSlots(effects));
    return Cli.run(args, product);
  }

  private static Diagnosing.Means means(Effects effects) {
    return new Diagnosing.Means(
        effects.programs(), new SystemTime(), System.getenv(), UnitFiles.searchPath(), TOOLS);
  }

  private static void runDaemon(Path config, boolean supervised, Effects effects) throws Fault {
    Assembly.HostKind host =
        supervised
            ? new Assembly.HostKind("supervised", SupervisedHost::new, List.of())
            : systemd(effects);
    Lifetime.run(new Assembly(config, mayBeMissing(config), host, outside(effects)));
  }

  private static Assembly.HostKind systemd(Effects effects) {
    return new Assembly.HostKind(
        "systemd", context -> new SystemdHost(context, effects.programs()), TOOLS);
  }

  private static Assembly.Outside outside(Effects effects) {
    return new Assembly.Outside(
        new SystemTime(), RandomGenerator.getDefault(), System.getenv(), effects, new OwnMemory());
  }

  private static boolean mayBeMissing(Path config) {
    return config.equals(Settings.DEFAULT_FILE);
  }

  /** The program as a package whose service is the daemon. */
  private record InSlots(Effects effects) implements Itself {
    @Override
    public void rehearse(Path config, Path folder) throws Fault, InterruptedException {
      Rehearsing.run(config, mayBeMissing(config), folder, outside(effects));
    }

    @Override
    public Release setUp(Path config, Reference what, RegistrySettings how)
        throws Fault, InterruptedException {
      return new Setup(config, mayBeMissing(config), systemd(effects), outside(effects))
          .run(what, how);
    }
  }
}
