package io.fleetinstaller.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of armed guards, one file {@code armed/<package>} each, with a line {@code key=value}
 * for id, from, to and armed-at: a shell must be able to read it, so its format is frozen.
 */
public final class ArmedRecords implements Guard {
  private static final Logger LOG = LoggerFactory.getLogger(ArmedRecords.class);
  private static final int LIMIT = 4096;

  private final Path directory;
  private final Disk disk;
  private final Time time;

  public ArmedRecords(HostContext context) {
    this.directory = context.state().resolve("armed");
    this.disk = context.disk();
    this.time = context.time();
  }

  @Override
  public void arm(String upgradeId, PackageName name, Optional<Slot> from, Optional<Slot> to)
      throws Fault {
    if (isArmedBy(upgradeId, name)) {
      return;
    }
    LOG.atInfo().addKeyValue("package", name).log("arming the guard of {}", name);
    String record =
        "id=%s\nfrom=%s\nto=%s\narmed-at=%s\n"
            .formatted(upgradeId, folder(from), folder(to), time.now());
    try {
      disk.createDirectories(directory, 0700);
      disk.replace(file(name), record.getBytes(UTF_8), 0600);
    } catch (IOException e) {
      throw unwritable("arm", name, e);
    }
  }

  @Override
  public void disarm(PackageName name) throws Fault {
    if (!Files.exists(file(name))) {
      return;
    }
    LOG.atInfo().addKeyValue("package", name).log("disarming the guard of {}", name);
    try {
      disk.delete(file(name));
    } catch (IOException e) {
      throw unwritable("disarm", name, e);
    }
  }

  @Override
  public Optional<Armed> armed(PackageName name) throws Fault {
    try {
      Path file = file(name);
      if (Files.size(file) > LIMIT) {
        throw damaged(name, "it is larger than %d bytes".formatted(LIMIT));
      }
      return Optional.of(parse(name, Files.readString(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw damaged(name, String.valueOf(e.getMessage()));
    }
  }

  /** A damaged record counts as none here: arming replaces it, which is the way out. */
  private boolean isArmedBy(String upgradeId, PackageName name) {
    try {
      return armed(name).filter(armed -> armed.upgradeId().equals(upgradeId)).isPresent();
    } catch (Fault damaged) {
      LOG.warn("replacing the record of an armed guard: {}", damaged.getMessage());
      return false;
    }
  }

  private static Armed parse(PackageName name, String text) throws Fault {
    Map<String, String> values = new HashMap<>();
    for (String line : text.lines().toList()) {
      int sign = line.indexOf('=');
      if (sign < 0) {
        throw damaged(name, "line '%s' has no '='".formatted(line));
      }
      values.put(line.substring(0, sign), line.substring(sign + 1));
    }
    try {
      return new Armed(
          values.getOrDefault("id", ""),
          Optional.of(values.getOrDefault("from", "")).filter(slot -> !slot.isEmpty()),
          Optional.of(values.getOrDefault("to", "")).filter(slot -> !slot.isEmpty()),
          Instant.parse(values.getOrDefault("armed-at", "")));
    } catch (DateTimeException e) {
      throw damaged(name, "its armed-at is not a time");
    }
  }

  private Path file(PackageName name) {
    return directory.resolve(name.value());
  }

  private static String folder(Optional<Slot> slot) {
    return slot.map(known -> known.release().slotName()).orElse("");
  }

  private static Fault unwritable(String verb, PackageName name, IOException e) {
    return new Fault.Transient(
        ReasonCode.IO_ERROR,
        "cannot %s the guard of %s: %s; is the state directory's disk full or read-only?"
            .formatted(verb, name, e.getMessage()));
  }

  private static Fault damaged(PackageName name, String why) {
    return new Fault.Broken(
        ReasonCode.STATE_DAMAGED,
        "cannot read what is armed for %s: %s; delete armed/%s in the state directory"
            .formatted(name, why, name));
  }
}
