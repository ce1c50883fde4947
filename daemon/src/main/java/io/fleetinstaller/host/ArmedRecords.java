package io.fleetinstaller.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Listing;
import io.fleetinstaller.io.Mounts;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of armed guards, one file {@code armed/<package>} each, and of those that went back,
 * {@code fired/<package>.<why>}, with one {@code key=value} a line: a shell reads and renames them,
 * so their format is frozen. By themselves they guard nothing.
 */
public final class ArmedRecords implements Guard {
  private static final Logger LOG = LoggerFactory.getLogger(ArmedRecords.class);
  private static final String RESTORE = "restore=";
  private static final String MOUNT = "mount=";
  private static final String TAB = "\t";
  private static final int LIMIT = 64 * 1024;

  private final Path directory;
  private final Path fired;
  private final Disk disk;
  private final Time time;

  public ArmedRecords(HostContext context) {
    this.directory = context.state().resolve("armed");
    this.fired = context.state().resolve("fired");
    this.disk = context.disk();
    this.time = context.time();
  }

  @Override
  public void arm(Charge charge) throws Fault {
    arm(charge, List.of());
  }

  /** The same, with further lines for whoever reads the record, which it answers. */
  public byte[] arm(Charge charge, List<String> more) throws Fault {
    PackageName name = charge.name();
    LOG.atInfo().addKeyValue("package", name).log("arming the guard of {}", name);
    String record =
        "format=1\nid=%s\npackage=%s\njournal=%s\nfrom=%s\nto=%s\narmed-at=%s\n"
            .formatted(
                charge.upgradeId(),
                name,
                charge.journal(),
                folder(charge.from()),
                folder(charge.to()),
                time.now());
    try {
      String rest =
          Stream.concat(kept(charge.data()).stream(), more.stream())
              .map(line -> line + "\n")
              .collect(Collectors.joining());
      Quarantine.directory(disk, directory, 0700);
      Quarantine.directory(disk, fired, 0700);
      for (Path file : files(name)) {
        Quarantine.clear(disk, file);
      }
      for (Fired.Why why : Fired.Why.values()) {
        disk.delete(file(name, why));
      }
      byte[] whole = (record + rest + "whole=yes\n").getBytes(UTF_8);
      disk.replace(file(name), whole, 0600);
      return whole;
    } catch (IOException e) {
      throw unwritable("arm", name, e);
    }
  }

  @Override
  public void allow(PackageName name, Duration left) {
    // Whoever reads these records has no clock of its own.
  }

  @Override
  public void well(PackageName name, boolean well) {
    // The daemon reads the journal itself.
  }

  @Override
  public void confirming(PackageName name) {
    // The daemon reads the journal itself.
  }

  @Override
  public void trialOver(PackageName name) {
    // Nothing but the record tells of a trial.
  }

  @Override
  public void goBack(PackageName name) {
    // Nobody reads these records but the daemon.
  }

  @Override
  public Hold hold() {
    return () -> {};
  }

  @Override
  public void disarm(PackageName name) throws Fault {
    List<Path> there = files(name).stream().filter(ArmedRecords::isThere).toList();
    if (there.isEmpty()) {
      return;
    }
    LOG.atInfo().addKeyValue("package", name).log("disarming the guard of {}", name);
    try {
      for (Path file : there) {
        Quarantine.clear(disk, file);
        disk.delete(file);
      }
    } catch (IOException e) {
      throw unwritable("disarm", name, e);
    }
  }

  /** Whether there is a record of a guard that has not gone back, whatever it says. */
  public boolean isThere(PackageName name) {
    return isThere(file(name));
  }

  /** What the further lines of {@link #arm} say that begin so; nothing where nobody can read it. */
  public List<String> more(PackageName name, String begin) {
    try {
      return new String(Bounded.read(file(name), LIMIT), UTF_8)
          .lines()
          .filter(line -> line.startsWith(begin))
          .map(line -> line.substring(begin.length()))
          .toList();
    } catch (IOException _) {
      return List.of();
    }
  }

  /** Whether there is anything that a guard would read, whatever it says. */
  public boolean any() throws IOException {
    return Files.isDirectory(directory)
        && Listing.of(directory).stream().anyMatch(file -> !Quarantine.holds(file));
  }

  @Override
  public Optional<Armed> armed(PackageName name) throws Fault {
    return read(name, file(name));
  }

  @Override
  public Optional<Fired> fired(PackageName name) throws Fault {
    for (Fired.Why why : Fired.Why.values()) {
      Optional<Armed> armed = read(name, file(name, why));
      if (armed.isPresent()) {
        return Optional.of(new Fired(armed.get(), why));
      }
    }
    return Optional.empty();
  }

  /** Puts a copy where the record is lost; nothing of it says nothing. */
  public void restore(PackageName name, byte[] copy) throws IOException {
    if (copy.length > 0) {
      Quarantine.directory(disk, directory, 0700);
      Quarantine.clear(disk, file(name));
      disk.replace(file(name), copy, 0600);
    }
  }

  /** What is armed, byte for byte; nothing where no record says so. */
  public byte[] text(PackageName name) {
    try {
      return copied(name, file(name)).isPresent() ? Bounded.read(file(name), LIMIT) : new byte[0];
    } catch (IOException _) {
      return new byte[0];
    }
  }

  /** What a copy of the record tells; nothing where it is none. */
  public static Optional<Armed> copied(PackageName name, Path copy) {
    try {
      byte[] bytes = Bounded.read(copy, LIMIT);
      return bytes.length <= LIMIT
          ? Optional.of(parse(name, copy, new String(bytes, UTF_8)))
          : Optional.empty();
    } catch (IOException | Fault _) {
      return Optional.empty();
    }
  }

  /** A record that says nothing is set aside: there is no way back that it could lead. */
  private Optional<Armed> read(PackageName name, Path file) throws Fault {
    try {
      Quarantine.clear(disk, file);
      byte[] bytes = Bounded.read(file, LIMIT);
      return bytes.length <= LIMIT ? parsed(name, file, bytes) : setAside(file, "it is too large");
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      // Where a file stands for the folder there is no record in it.
      if (!Files.isDirectory(file.resolveSibling(""))) {
        return Optional.empty();
      }
      throw damaged(name, file, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw damaged(name, file, String.valueOf(e.getMessage()));
    }
  }

  private Optional<Armed> parsed(PackageName name, Path file, byte[] bytes) throws IOException {
    try {
      return Optional.of(parse(name, file, new String(bytes, UTF_8)));
    } catch (Fault damaged) {
      return setAside(file, damaged.reason().sentence());
    }
  }

  private Optional<Armed> setAside(Path file, String why) throws IOException {
    Quarantine.put(disk, file, why);
    return Optional.empty();
  }

  private static boolean isThere(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static Armed parse(PackageName name, Path file, String text) throws Fault {
    Map<String, String> values = new HashMap<>();
    List<Kept> data = new ArrayList<>();
    List<Path> mounts = new ArrayList<>();
    for (String line : text.lines().toList()) {
      int sign = line.indexOf('=');
      if (sign < 0) {
        throw damaged(name, file, "line '%s' has no '='".formatted(line));
      }
      values.put(line.substring(0, sign), line.substring(sign + 1));
      if (line.startsWith(RESTORE)) {
        data.add(kept(name, file, line.substring(RESTORE.length())));
      } else if (line.startsWith(MOUNT)) {
        mounts.add(path(name, file, line.substring(MOUNT.length())));
      }
    }
    if (!values.containsKey("whole")) {
      throw damaged(name, file, "its end is missing");
    }
    try {
      return new Armed(
          values.getOrDefault("id", ""),
          Optional.of(values.getOrDefault("from", "")).filter(slot -> !slot.isEmpty()),
          Optional.of(values.getOrDefault("to", "")).filter(slot -> !slot.isEmpty()),
          Instant.parse(values.getOrDefault("armed-at", "")),
          data,
          mounts);
    } catch (DateTimeException e) {
      throw damaged(name, file, "its armed-at is not a time");
    }
  }

  private static Set<String> kept(List<Kept> all) throws IOException {
    Set<String> lines = new LinkedHashSet<>();
    for (Kept kept : all) {
      Mounts.above(kept.snapshot()).ifPresent(point -> lines.add(MOUNT + point));
      lines.add(RESTORE + kept.snapshot() + TAB + kept.data() + TAB + kept.aside());
    }
    return lines;
  }

  private static Kept kept(PackageName name, Path file, String line) throws Fault {
    String[] words = line.split(TAB, -1);
    if (words.length != 3) {
      throw damaged(name, file, "line '%s' does not name three paths".formatted(RESTORE + line));
    }
    return new Kept(
        path(name, file, words[0]), path(name, file, words[1]), path(name, file, words[2]));
  }

  private static Path path(PackageName name, Path file, String text) throws Fault {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw damaged(name, file, "a path of it is none");
    }
  }

  private Path file(PackageName name) {
    return directory.resolve(name.value());
  }

  private Path file(PackageName name, Fired.Why why) {
    return fired.resolve(name + "." + why.name().toLowerCase(Locale.ROOT));
  }

  private List<Path> files(PackageName name) {
    List<Path> files = new ArrayList<>(List.of(file(name)));
    for (Fired.Why why : Fired.Why.values()) {
      files.add(file(name, why));
    }
    return files;
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

  private static Fault damaged(PackageName name, Path file, String why) {
    return new Fault.Broken(
        ReasonCode.STATE_DAMAGED,
        "cannot read what is armed for %s: %s; delete %s".formatted(name, why, file));
  }
}
