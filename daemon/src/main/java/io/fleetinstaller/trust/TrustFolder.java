package io.fleetinstaller.trust;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.OwnFolder;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The files of the store in one folder, which is the daemon's alone; each replaced at once. */
record TrustFolder(Disk disk, Path folder) {
  private static final int MODE = 0600;
  private static final int FOLDER_MODE = 0700;

  /** Makes the folder if needed; refuses one that others could change. */
  static TrustFolder own(Disk disk, Path folder) throws Fault {
    try {
      Quarantine.directory(disk, folder, FOLDER_MODE);
      Optional<String> threat = OwnFolder.threat(folder);
      if (threat.isPresent()) {
        throw new Fault.Broken(
            ReasonCode.INSECURE_FILE,
            "cannot trust anything in %s: %s; make it ours alone, or remove it"
                .formatted(folder, threat.get()));
      }
      return new TrustFolder(disk, folder);
    } catch (IOException e) {
      throw failed("open", folder, e);
    }
  }

  /** At most one byte more than the limit: enough for the reader to refuse it. */
  Optional<byte[]> read(String name, int limit) throws Fault {
    Path file = folder.resolve(name);
    try {
      Quarantine.clear(disk, file);
      return Files.exists(file) ? Optional.of(Bounded.read(file, limit)) : Optional.empty();
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  void write(String name, byte[] bytes) throws Fault {
    Path file = folder.resolve(name);
    try {
      Quarantine.clear(disk, file);
      disk.replace(file, bytes, MODE);
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  void delete(String name) throws Fault {
    Path file = folder.resolve(name);
    try {
      disk.delete(file);
    } catch (IOException e) {
      throw failed("delete", file, e);
    }
  }

  /** Puts a damaged file aside, for a person to look at. */
  void quarantine(String name, Untrusted why) throws Fault {
    Path file = folder.resolve(name);
    try {
      Quarantine.put(disk, file, String.valueOf(why.getMessage()));
    } catch (IOException e) {
      throw failed("put aside", file, e);
    }
  }

  private static Fault.Transient failed(String what, Path file, IOException why) {
    return new Fault.Transient(
        ReasonCode.IO_ERROR, "cannot %s trusted metadata %s: %s".formatted(what, file, why));
  }
}
