package io.fleetinstaller.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.io.Quarantine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.BiPredicate;

/**
 * The guard's own files: its script below the state directory and its units among the system's,
 * outside every slot, so that no upgrade takes away what guards it.
 */
final class GuardFiles {
  static final String BOOT = "fleet-installer-boot.service";
  private static final String ENDED = "fleet-installer-ended@.service";
  private static final String FIRE = "fleet-installer-guard@.service";

  private final HostContext context;
  private final Path folder;
  private final Path units;

  GuardFiles(HostContext context, Path units) {
    this.context = context;
    this.folder = context.state().resolve("guard");
    this.units = units;
  }

  Path script() {
    return folder.resolve("guard");
  }

  /** Whom guard and daemon exclude each other by. */
  Path lock() {
    return folder;
  }

  /** Puts this version's files in place; whether systemd must be told. */
  boolean install() throws IOException {
    return put((now, ours) -> Arrays.equals(now, ours));
  }

  /** Puts this version's files in place of those that are gone or empty; the same. */
  boolean restore() throws IOException {
    return put((now, _) -> now.length > 0);
  }

  private boolean put(BiPredicate<byte[], byte[]> stays) throws IOException {
    Quarantine.directory(context.disk(), folder, 0700);
    Quarantine.clear(context.disk(), script());
    write(script(), resource("guard"), 0700, stays);
    boolean fire = write(units.resolve(FIRE), expanded(FIRE), 0644, stays);
    boolean ended = write(units.resolve(ENDED), expanded(ENDED), 0644, stays);
    boolean boot = write(units.resolve(BOOT), expanded(BOOT), 0644, stays);
    return fire || ended || boot;
  }

  /** What the script renames to show that it can. */
  void prepareTry() throws IOException {
    context.disk().replace(folder.resolve("untried"), new byte[0], 0600);
  }

  private byte[] expanded(String unit) throws IOException {
    return new String(resource(unit), UTF_8)
        .replace("@GUARD@", script().toAbsolutePath().toString())
        .replace("@STATE@", context.state().toAbsolutePath().toString())
        .replace("@PACKAGES@", context.packages().toAbsolutePath().toString())
        .getBytes(UTF_8);
  }

  private boolean write(Path file, byte[] content, int mode, BiPredicate<byte[], byte[]> stays)
      throws IOException {
    try {
      if (stays.test(Files.readAllBytes(file), content)) {
        return false;
      }
    } catch (NoSuchFileException _) {
      // The first upgrade of this host.
    }
    context.disk().replace(file, content, mode);
    return true;
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = GuardFiles.class.getResourceAsStream("/guard/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }
}
