package io.fleetinstaller.daemon;

import io.fleetinstaller.registry.RegistrySettings;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What installer.yaml says.
 *
 * @param desiredFile the source {@code file}; null: nothing is asked for but by hand
 * @param pollInterval from one look at the source to the next; a change of the file is seen at once
 * @param socketGroup members may read status without evidence; null: nobody but the daemon's user
 *     and root
 * @param diskReserve bytes that an upgrade must leave free on the file system of the slots
 */
public record Settings(
    @Nullable Path desiredFile,
    Duration pollInterval,
    RegistrySettings registry,
    Paths paths,
    @Nullable String socketGroup,
    long diskReserve) {

  public static final Path DEFAULT_FILE = Path.of("/etc/fleet-installer/installer.yaml");
  public static final Settings DEFAULT =
      new Settings(
          null, Duration.ofSeconds(60), RegistrySettings.NONE, Paths.DEFAULT, null, 64L << 20);

  /** Where everything lies. A change of these takes effect when the daemon starts again. */
  public record Paths(Path packages, Path state, Path socket) {
    public static final Paths DEFAULT =
        new Paths(
            Path.of("/opt/datadog-packages"),
            Path.of("/var/lib/fleet-installer"),
            Path.of("/run/fleet-installer/installer.sock"));
  }
}
