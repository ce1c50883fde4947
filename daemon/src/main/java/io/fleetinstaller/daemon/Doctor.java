package io.fleetinstaller.daemon;

import io.fleetinstaller.host.Guard;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Labels;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.report.CheckupReport;
import io.fleetinstaller.report.CheckupReport.Check;
import io.fleetinstaller.report.Examination;
import io.fleetinstaller.report.HostStatus;
import io.fleetinstaller.slots.Doors;
import io.fleetinstaller.slots.Slots;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Looks for what is not as it should be, and says what to do about it, with a daemon or without
 * one. Thread-safe; changes nothing.
 */
public final class Doctor {
  private final LiveSettings settings;
  private final List<String> tools;
  private final Time time;
  private final Function<Slots, List<Check>> services;

  /**
   * @param services how those of all packages are, for who can ask
   */
  Doctor(
      LiveSettings settings, List<String> tools, Time time, Function<Slots, List<Check>> services) {
    this.settings = settings;
    this.tools = Stream.concat(tools.stream(), Labels.tools().stream()).toList();
    this.time = time;
    this.services = services;
  }

  /**
   * What can be seen while no daemon answers.
   *
   * @param tools programs that the host needs
   * @throws Fault when the settings cannot be read
   */
  public static CheckupReport withoutDaemon(Path file, List<String> tools, Time time) throws Fault {
    LiveSettings settings = new LiveSettings(file, true, time);
    Slots slots =
        new Slots(
            settings.now().paths().packages(),
            new Doors(new DurableDisk(), new FileScratch(), DescriptorFormat::read),
            settings.now().diskReserve());
    Doctor doctor = new Doctor(settings, tools, time, _ -> List.of());
    List<Check> checks = new ArrayList<>(doctor.examine(slots));
    checks.addAll(Examination.setAside(settings.now().paths().state()));
    checks.addAll(Examination.setAside(settings.now().paths().packages().resolve(Guard.FOLDER)));
    return new CheckupReport(time.now(), checks);
  }

  /** The same, and what the running daemon has to complain about. */
  CheckupReport look(HostStatus status, Situation situation) {
    List<Check> checks = new ArrayList<>(Examination.complaints(status));
    checks.addAll(examine(situation.slots()));
    checks.addAll(services.apply(situation.slots()));
    return new CheckupReport(time.now(), checks);
  }

  private List<Check> examine(Slots slots) {
    Settings.Paths paths = settings.now().paths();
    Examination.Patient patient =
        new Examination.Patient(
            paths.packages(),
            paths.state(),
            System.getProperty("user.name"),
            settings.now().diskReserve(),
            searched(),
            tools);
    List<Installed> packages = slots.names().stream().map(slots::read).toList();
    List<Check> checks = new ArrayList<>(List.of(repositories()));
    checks.addAll(new Examination(patient).examine(packages));
    return checks;
  }

  private static List<Path> searched() {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return Arrays.stream(path.split(File.pathSeparator)).map(Path::of).toList();
  }

  private Check repositories() {
    List<String> repositories = settings.now().registry().repositories();
    return repositories.isEmpty()
        ? Check.warn(
            "registry",
            "no repository is set, so nothing can be fetched",
            "set registry.repositories in " + settings.file())
        : Check.ok("registry", String.join(", ", repositories));
  }
}
