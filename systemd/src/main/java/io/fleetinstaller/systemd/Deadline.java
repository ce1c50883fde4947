package io.fleetinstaller.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Uptime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timer that has the guard go back when a trial takes too long. What it counts from its own
 * start, {@code OnActiveSec=}, systemd counts anew at each daemon-reload. So beside it lies the
 * moment itself, in seconds since this systemd began, which counts from the next daemon-reload on,
 * in a place that no later run of the machine finds. Not in the trial of the daemon itself: that is
 * short, and a daemon of before, which knows nothing of the moment, may be the one to end it.
 */
final class Deadline {
  private static final Logger LOG = LoggerFactory.getLogger(Deadline.class);

  private final Places places;
  private final Disk disk;
  private final Systemctl systemctl;
  private final Supplier<Duration> uptime;

  /**
   * Where unit files lie.
   *
   * @param lasting until they are deleted
   * @param passing as long as the machine runs
   */
  record Places(Path lasting, Path passing) {
    static final Path PASSING = Path.of("/run/systemd/system");
  }

  Deadline(Places places, Disk disk, Systemctl systemctl) {
    this(places, disk, systemctl, Uptime::now);
  }

  Deadline(Places places, Disk disk, Systemctl systemctl, Supplier<Duration> uptime) {
    this.places = places;
    this.disk = disk;
    this.systemctl = systemctl;
    this.uptime = uptime;
  }

  /**
   * Sets it; until the new one runs the old one does.
   *
   * @param services the candidate's. Their order behind the timer is no matter, but what an active
   *     timer names systemd keeps in mind: of a disabled unit it would else forget how it ended as
   *     soon as it is inactive
   */
  void set(PackageName name, Duration left, String services)
      throws IOException, Fault, InterruptedException {
    String text =
        """
        # Written by fleet-installer while %1$s is on trial.
        [Unit]
        Description=Fleet Installer: deadline of %1$s
        Before=%3$s

        [Timer]
        OnActiveSec=%2$ds
        AccuracySec=1s
        """
            .formatted(name, seconds(left), services);
    // One that is over would fire at once.
    forgetMoment(name);
    disk.replace(lasting(name), text.getBytes(UTF_8), UnitFiles.MODE);
    systemctl.reload();
    systemctl.restart(unit(name));
    if (!name.equals(PackageName.INSTALLER)) {
      remember(name, left);
    }
  }

  /** The candidate's services, as the timer that stands names them. */
  String services(PackageName name) throws IOException {
    return isSet(name)
        ? Files.readAllLines(lasting(name)).stream()
            .filter(line -> line.startsWith("Before="))
            .map(line -> line.substring("Before=".length()))
            .findFirst()
            .orElse("")
        : "";
  }

  boolean isSet(PackageName name) {
    return Files.exists(lasting(name));
  }

  /** Stops it and takes it away; systemd is to be told. */
  void remove(PackageName name) throws IOException, Fault, InterruptedException {
    if (isSet(name)) {
      systemctl.stop(unit(name));
      disk.delete(lasting(name));
    }
    forgetMoment(name);
  }

  private void remember(PackageName name, Duration left) throws InterruptedException {
    Duration end = uptime.get().plus(left);
    try {
      String text = "[Timer]\nOnStartupSec=%ds\n".formatted(seconds(end.minus(systemctl.began())));
      disk.createDirectories(passing(name), 0755);
      disk.replace(moment(name), text.getBytes(UTF_8), UnitFiles.MODE);
    } catch (IOException | Fault e) {
      LOG.warn("each daemon-reload will set the deadline of {} back: {}", name, e.getMessage());
    }
  }

  private void forgetMoment(PackageName name) throws IOException {
    if (Files.exists(moment(name))) {
      disk.delete(moment(name));
      if (DropIns.children(passing(name), "*").isEmpty()) {
        disk.delete(passing(name));
      }
    }
  }

  private static long seconds(Duration atLeast) {
    return atLeast.plusMillis(999).toSeconds();
  }

  private Path lasting(PackageName name) {
    return places.lasting().resolve(unit(name));
  }

  private Path passing(PackageName name) {
    return places.passing().resolve(unit(name) + ".d");
  }

  private Path moment(PackageName name) {
    return passing(name).resolve("moment.conf");
  }

  private static String unit(PackageName name) {
    return "fleet-installer-guard@%s.timer".formatted(name);
  }
}
