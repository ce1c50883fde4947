package io.fleetinstaller.source;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Fault.Transient;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What outlives the daemon beside what is verified. None of it is needed: notes that are lost or
 * damaged are as good as none.
 *
 * @param lastContact when a mirror last answered well; null: never
 * @param config the documents that were last seen; null: none yet
 * @param actFrom when those may be acted on
 */
record Notes(@Nullable Instant lastContact, @Nullable Digest config, Instant actFrom) {
  static final Notes NONE = new Notes(null, null, Instant.EPOCH);
  private static final Logger LOG = LoggerFactory.getLogger(Notes.class);
  private static final String NAME = "notes.json";
  private static final int LIMIT = 4096;

  static Notes read(Path folder, Disk disk) {
    Path file = folder.resolve(NAME);
    try {
      Quarantine.clear(disk, file);
      return parse(file);
    } catch (IOException e) {
      LOG.debug("there are no notes: {}", e.getMessage());
      return NONE;
    } catch (Refused damaged) {
      setAside(file, disk, damaged);
      return NONE;
    }
  }

  private static void setAside(Path file, Disk disk, Refused damaged) {
    try {
      Quarantine.put(disk, file, damaged.reason().sentence());
    } catch (IOException e) {
      LOG.warn("cannot set {} aside: {}", file, e.getMessage());
    }
  }

  private static Notes parse(Path file) throws IOException, Refused {
    Document document = Document.json(file.toString(), Bounded.read(file, LIMIT), LIMIT);
    document.number("formatVersion", 1, Long.MAX_VALUE);
    return new Notes(
        document.optionalValue("lastContact", Notes::instant).orElse(null),
        document.optionalValue("config", Digest::parse).orElse(null),
        document.optionalValue("actFrom", Notes::instant).orElse(Instant.EPOCH));
  }

  void write(Path folder, Disk disk) throws Transient {
    Path file = folder.resolve(NAME);
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("formatVersion", 1);
    Optional.ofNullable(lastContact).ifPresent(at -> tree.put("lastContact", at));
    Optional.ofNullable(config).ifPresent(digest -> tree.put("config", digest));
    tree.put("actFrom", actFrom);
    try {
      Quarantine.directory(disk, folder, 0700);
      Quarantine.clear(disk, file);
      disk.replace(file, Json.bytes(tree), 0600);
    } catch (IOException e) {
      throw new Transient(
          ReasonCode.IO_ERROR, "cannot write %s: %s".formatted(file, e.getMessage()));
    }
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("it is no time", e);
    }
  }
}
