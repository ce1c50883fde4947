package io.fleetinstaller.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.io.Quarantine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;

/**
 * The guard's own files, outside every slot, so that no upgrade takes away what guards it. Its
 * script lies in a folder among the system's units, beside those that run it: whoever loses it has
 * lost more. What it keeps of trials lies beside the packages, so that the loss of the state is not
 * its loss.
 */
final class GuardFiles {
  static final String BOOT = "fleet-installer-boot.service";
  private static final String HOME = "fleet-installer-guard";
  private static final String ENDED = "fleet-installer-ended@.service";
  private static final String FIRE = "fleet-installer-guard@.service";

  static final List<String> UNITS = List.of(BOOT, ENDED, FIRE);

  private final HostContext context;
  private final Path folder;
  private final Path units;

  GuardFiles(HostContext context, Path units) {
    this.context = context;
    this.folder = context.guard();
    this.units = units;
  }

  Path script() {
    return lock().resolve("guard");
  }

  /**
   * What guard and daemon exclude each other by: never made anew, and only root may open it, so
   * that nobody else can keep them from their work.
   */
  Path lock() {
    return units.resolve(HOME);
  }

  /** Whether a guard was ever armed here. */
  boolean any() {
    return Files.exists(script()) || Files.isDirectory(folder);
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
    makeFolder();
    Quarantine.clear(context.disk(), script());
    write(script(), expanded("guard"), 0700, stays);
    boolean fire = write(units.resolve(FIRE), expanded(FIRE), 0644, stays);
    boolean ended = write(units.resolve(ENDED), expanded(ENDED), 0644, stays);
    boolean boot = write(units.resolve(BOOT), expanded(BOOT), 0644, stays);
    return fire || ended || boot;
  }

  /** What stands in its way is set aside; never what stands in the way of the packages. */
  private void makeFolder() throws IOException {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(folder)) {
      Quarantine.put(context.disk(), folder, "it is no directory");
    }
    context.disk().createDirectories(context.packages(), 0755);
    context.disk().createDirectories(folder, 0700);
    context.disk().createDirectories(lock(), 0700);
  }

  /** What the script renames to show that it can. */
  void prepareTry() throws IOException {
    context.disk().replace(folder.resolve("untried"), new byte[0], 0600);
  }

  private byte[] expanded(String name) throws IOException {
    return new String(resource(name), UTF_8)
        .replace("@GUARD@", script().toAbsolutePath().toString())
        .replace("@STATE@", inQuotes(context.state()))
        .replace("@PACKAGES@", inQuotes(context.packages()))
        .replace("@MOUNTS@", MountUnits.above(context.state(), context.packages()))
        .getBytes(UTF_8);
  }

  /** As a shell reads it between single quotes. */
  private static String inQuotes(Path path) {
    return path.toAbsolutePath().toString().replace("'", "'\\''");
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
