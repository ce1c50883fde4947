package io.fleetinstaller.systemd;

import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.release.PackageName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The tokens beside the guard's script. {@code open.PACKAGE}: a trial that the daemon watches, or
 * will, and has not begun to confirm. An orderly shutdown makes {@code left.PACKAGE} of it, which
 * the guard uses up when it lets the trial go on at boot.
 */
final class OpenTrials {
  private final HostContext context;
  private final Path folder;

  OpenTrials(HostContext context) {
    this.context = context;
    this.folder = context.state().resolve("guard");
  }

  /** The trial is watched in this run of the machine, whatever an earlier one left. */
  void open(PackageName name) throws IOException {
    if (!Files.exists(file("open", name))) {
      context.disk().replace(file("open", name), new byte[0], 0600);
    }
    context.disk().delete(file("left", name));
  }

  void close(PackageName name) throws IOException {
    context.disk().delete(file("open", name));
    context.disk().delete(file("left", name));
  }

  private Path file(String token, PackageName name) {
    return folder.resolve(token + "." + name);
  }
}
