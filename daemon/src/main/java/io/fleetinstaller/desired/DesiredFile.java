package io.fleetinstaller.desired;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.LastRead;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Fault.Transient;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The desired state as a file on this host, for people who use configuration management. It is not
 * signed: so it must belong to the daemon's own user, be writable by nobody else, and pin every
 * release by digest. Not thread-safe.
 */
public final class DesiredFile {
  private static final int GROUP_OR_OTHERS_WRITE = 0022;
  private static final int LIMIT = 1 << 20;

  private final Path file;
  private final String owner;
  private final LastRead read;
  private Optional<Map<PackageName, Desired>> last = Optional.empty();

  /**
   * @param owner the name of the daemon's own user
   */
  public DesiredFile(Path file, String owner, Time time) {
    this.file = file;
    this.owner = owner;
    this.read = new LastRead(file, time);
  }

  /** Whether it is this file's. */
  public boolean isOf(Path other) {
    return file.equals(other);
  }

  /** What the file asks for. {@link Refused}: it says nothing that may be followed. */
  public Map<PackageName, Desired> read() throws Fault {
    try {
      refuseOthersFiles();
      if (!read.isStill()) {
        last = Optional.empty();
      }
      if (last.isEmpty()) {
        last = Optional.of(parse(Document.yaml(file.toString(), Bounded.read(file, LIMIT))));
      }
      return last.get();
    } catch (NoSuchFileException e) {
      throw new Refused(
          ReasonCode.BAD_SETTINGS,
          "cannot read desired file %s: it does not exist; write it, or change source.file"
              .formatted(file));
    } catch (IOException e) {
      throw new Transient(
          ReasonCode.IO_ERROR, "cannot read desired file %s: %s".formatted(file, e));
    }
  }

  private void refuseOthersFiles() throws IOException, Refused {
    Path real = file.toRealPath();
    refuseOthers(real, real);
    Path folder = real.getParent();
    if (folder != null && !sticky(folder)) {
      refuseOthers(folder, real);
    }
  }

  // Whoever may write the folder may replace the file; a sticky folder (/tmp) protects it.
  private void refuseOthers(Path path, Path real) throws IOException, Refused {
    String belongs = Files.getOwner(path).getName();
    int mode = (Integer) Files.getAttribute(path, "unix:mode");
    boolean ours = belongs.equals(owner) || (!path.equals(real) && belongs.equals("root"));
    if (!ours || (mode & GROUP_OR_OTHERS_WRITE) != 0) {
      throw new Refused(
          ReasonCode.INSECURE_FILE,
          "cannot follow desired file %s: %s belongs to %s with mode %04o; it must belong to %s and be writable by nobody else"
              .formatted(file, path, belongs, mode & 07777, owner));
    }
  }

  private static boolean sticky(Path folder) throws IOException {
    return ((Integer) Files.getAttribute(folder, "unix:mode") & 01000) != 0;
  }

  private Map<PackageName, Desired> parse(Document document) throws Refused {
    Map<PackageName, Desired> all = new TreeMap<>();
    for (Document entry : document.objects("packages")) {
      Desired desired = one(entry);
      if (all.put(desired.name(), desired) != null) {
        throw entry.refuse("name", "%s is named twice; keep one".formatted(desired.name()));
      }
    }
    document.done();
    return all;
  }

  private Desired one(Document entry) throws Refused {
    PackageName name = entry.value("name", PackageName::new);
    String ensure = entry.optionalText("ensure").orElse("present");
    Optional<Version> version = entry.optionalValue("version", Version::new);
    Optional<Digest> digest = entry.optionalValue("digest", Digest::parse);
    String note = entry.optionalText("note").orElse("");
    entry.done();
    Origin origin = new Origin(Origin.Kind.FILE, file.toString(), note);
    return switch (ensure) {
      case "present" -> new Desired(name, present(entry, name, version, digest), origin);
      case "absent" -> new Desired(name, absent(entry, version, digest), origin);
      default -> throw entry.refuse("ensure", "it must be present or absent");
    };
  }

  private static Desired.Want present(
      Document entry, PackageName name, Optional<Version> version, Optional<Digest> digest)
      throws Refused {
    if (version.isEmpty()) {
      throw entry.refuse("version", "it is missing; name the release's version");
    }
    if (digest.isEmpty()) {
      throw entry.refuse(
          "digest",
          "it is missing; an unsigned file must pin the release, `fleet-installer package inspect` prints its digest");
    }
    return new Desired.Run(new Release(name, version.get(), digest.get()));
  }

  private static Desired.Want absent(
      Document entry, Optional<Version> version, Optional<Digest> digest) throws Refused {
    if (version.isPresent() || digest.isPresent()) {
      throw entry.refuse("ensure", "absent goes with neither version nor digest; remove them");
    }
    return new Desired.Absent();
  }
}
