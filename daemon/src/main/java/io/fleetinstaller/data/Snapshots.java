package io.fleetinstaller.data;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.fleetinstaller.host.Kept;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Held;
import io.fleetinstaller.io.Mounts;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of agents' data, hidden beside it. One that has its name is whole. Every method
 * does its whole job whatever an earlier try left half-done. Used by the owner thread.
 */
public final class Snapshots {
  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);
  private static final int OURS_ALONE = 0700;
  private static final int PARENTS = 0755;
  private static final Pattern TAKING = Pattern.compile("taking-.*");
  private static final Pattern ASIDE = Pattern.compile("aside-\\d+\\+*");
  private static final Pattern SNAPSHOT = Pattern.compile("snapshot-\\d+");

  private final Disk disk;
  private final Scratch scratch;
  private final long reserve;
  private final Ground ground = new Ground();

  /**
   * @param reserve bytes that a snapshot must leave free
   */
  public Snapshots(Disk disk, Scratch scratch, long reserve) {
    this.disk = disk;
    this.scratch = scratch;
    this.reserve = reserve;
  }

  /** What an upgrade between these must keep: what either names as its data. */
  public static List<Kept> named(String upgradeId, Optional<Slot> from, Optional<Slot> to)
      throws Fault, InterruptedException {
    List<Kept> kept = new ArrayList<>();
    for (Path path : paths(from, to)) {
      Path data = Trouble.in("find the data in", path, () -> Kept.real(path));
      if (kept.stream().noneMatch(one -> data.startsWith(one.data()))) {
        kept.removeIf(one -> one.data().startsWith(data));
        kept.add(Kept.of(data, upgradeId));
      }
    }
    return kept;
  }

  private static List<Path> paths(Optional<Slot> from, Optional<Slot> to) {
    return Stream.concat(from.stream(), to.stream())
        .flatMap(slot -> slot.descriptor().data().state().stream())
        .distinct()
        .map(Path::of)
        .toList();
  }

  /** Refuses what others than us could lead elsewhere, before anybody follows it. */
  public void admit(Optional<Slot> from, Optional<Slot> to) throws Fault, InterruptedException {
    for (Path path : paths(from, to)) {
      ground.admit(path);
    }
  }

  /** Refuses what cannot be kept, for want of room too; says how much there is in all. */
  public Extent check(List<Kept> all) throws Fault, InterruptedException {
    return ask(all, new Room(disk, scratch, reserve));
  }

  /** The same; says how many bytes of it will lie on the file system that this lies on. */
  public long room(List<Kept> all, Path place) throws Fault, InterruptedException {
    Room room = new Room(disk, scratch, reserve);
    Extent _ = ask(all, room);
    return room.on(place);
  }

  private Extent ask(List<Kept> all, Room room) throws Fault, InterruptedException {
    Extent sum = Extent.NOTHING;
    for (Kept kept : all) {
      Extent extent = ground.check(kept);
      if (extent.entries() > 0) {
        room.ask(kept.data(), extent);
      }
      sum = sum.plus(extent);
    }
    return sum;
  }

  /**
   * Removes what earlier upgrades left.
   *
   * @param confirmed whether the upgrade with this id is: nobody goes back from that any more
   * @throws Fault.Refused for a snapshot that none of them brought back: it may be all that is left
   *     of that data
   */
  public void clear(List<Kept> all, Predicate<String> confirmed)
      throws Fault, InterruptedException {
    for (Kept kept : all) {
      for (Path left : waiting(kept, confirmed)) {
        throw Trouble.refused(ReasonCode.STATE_DAMAGED, kept.data(), notBack(kept, left));
      }
    }
    for (Kept kept : all) {
      for (Path over : beside(kept, SNAPSHOT)) {
        end(kept, over);
      }
      remove(kept, TAKING);
      remove(kept, ASIDE);
    }
  }

  /** The snapshots of this slot's data that no upgrade brought back, a sentence each. */
  public static List<String> left(Slot slot, Predicate<String> confirmed)
      throws Fault, InterruptedException {
    List<String> sentences = new ArrayList<>();
    for (Kept kept : named("", Optional.of(slot), Optional.empty())) {
      for (Path left : waiting(kept, confirmed)) {
        sentences.add(notBack(kept, left));
      }
    }
    return sentences;
  }

  private static List<Path> waiting(Kept kept, Predicate<String> confirmed)
      throws Fault, InterruptedException {
    return beside(kept, SNAPSHOT).stream()
        .filter(left -> {
          String name = left.getFileName().toString();
          return !confirmed.test(name.substring(name.lastIndexOf('-') + 1));
        })
        .toList();
  }

  private static String notBack(Kept kept, Path left) {
    return "%s was not brought back: it is %s before an upgrade that was not confirmed, or of which nothing tells any more; delete it, or, while nothing runs, put it in the place of that"
        .formatted(left, kept.data());
  }

  /** The candidate stays: removes what this upgrade kept, and what earlier ones left. */
  public void forget(List<Kept> all) throws Fault, InterruptedException {
    end(all);
    for (Kept kept : all) {
      remove(kept, TAKING);
      remove(kept, ASIDE);
    }
  }

  /** The candidate stays: there are no snapshots of this upgrade any more. */
  public void end(List<Kept> all) throws Fault, InterruptedException {
    for (Kept kept : all) {
      if (isTaken(kept)) {
        end(kept, kept.snapshot());
        remove(kept, TAKING);
      }
    }
  }

  /** However long it takes to delete, it is no snapshot any more. */
  private void end(Kept kept, Path snapshot) throws Fault, InterruptedException {
    Path over = Kept.beside(kept.data(), "taking-over");
    Trouble.in("tidy up beside", kept.data(), () -> move(snapshot, over));
  }

  /** Removes what was begun and never became a snapshot. */
  public void discard(List<Kept> all) throws Fault, InterruptedException {
    for (Kept kept : all) {
      remove(kept, TAKING);
    }
  }

  /** Whether every snapshot is whole: only then may the candidate have started. */
  public static boolean taken(List<Kept> all) throws Fault, InterruptedException {
    for (Kept kept : all) {
      if (!isTaken(kept)) {
        return false;
      }
    }
    return true;
  }

  /** Whether any snapshot waits to be brought back. */
  public static boolean any(List<Kept> all) throws Fault, InterruptedException {
    for (Kept kept : all) {
      if (isTaken(kept)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTaken(Kept kept) throws Fault, InterruptedException {
    return Trouble.in("look at the snapshot of", kept.data(), () -> there(kept.snapshot()));
  }

  /**
   * Copies what has no snapshot yet, while nothing may write to the data.
   *
   * @param progress told how many bytes of a directory are done
   * @return what was done, for people
   */
  public List<String> copy(List<Kept> all, LongConsumer progress)
      throws Fault, InterruptedException {
    List<String> notes = new ArrayList<>();
    for (Kept kept : all) {
      if (!isTaken(kept)) {
        LOG.info("taking a snapshot of {}", kept.data());
        notes.addAll(Trouble.in("take a snapshot of", kept.data(), () -> copy(kept, progress)));
      }
    }
    return notes;
  }

  private List<String> copy(Kept kept, LongConsumer progress) throws IOException {
    Path taking = taking(kept);
    disk.deleteTree(taking);
    if (!there(kept.data())) {
      disk.createDirectories(kept.data().resolveSibling(""), PARENTS);
      disk.replace(taking, new byte[0], 0600);
      return List.of("snapshot of %s: there is nothing yet".formatted(kept.data()));
    }
    disk.createDirectories(taking, OURS_ALONE);
    Copy copy = new Copy(scratch, progress);
    copy.directory(kept.data(), taking);
    disk.sync(taking);
    List<String> notes = new ArrayList<>(copy.notes());
    notes.add(
        "snapshot of %s: %d files, %s, %s"
            .formatted(
                kept.data(),
                copy.files(),
                Sizes.text(copy.bytes()),
                copy.allShared() ? "shared" : "copied"));
    return notes;
  }

  /** Makes snapshots of the copies: from now on a way back brings them back. */
  public void name(List<Kept> all) throws Fault, InterruptedException {
    for (Kept kept : all) {
      if (!isTaken(kept)) {
        Trouble.in("name the snapshot of", kept.data(), () -> move(taking(kept), kept.snapshot()));
      }
    }
  }

  private static Path taking(Kept kept) {
    return Kept.beside(kept.data(), "taking-copy");
  }

  /**
   * Does nothing if something is mounted on each of these points. A snapshot that is on a disk that
   * is not mounted is not to be taken for one that was brought back.
   */
  public static void requireMounted(List<Path> points) throws Fault, InterruptedException {
    for (Path point : points) {
      if (!Trouble.in("look at what is mounted on", point, () -> Mounts.has(point))) {
        throw new Fault.Transient(
            ReasonCode.IO_ERROR,
            "cannot bring back the data below %s: nothing is mounted there; mount its disk"
                .formatted(point));
      }
    }
  }

  /** Brings back what is waiting; what a candidate made of the data stays aside. */
  public void restore(List<Kept> all) throws Fault, InterruptedException {
    for (Kept kept : all) {
      if (isTaken(kept)) {
        LOG.info("bringing the data in {} back", kept.data());
        Trouble.in("bring back the data in", kept.data(), () -> restore(kept));
      }
    }
  }

  /** The guard does the same in shell; see its function restore. */
  private boolean restore(Kept kept) throws IOException {
    Path aside = kept.aside();
    while (there(kept.data()) && there(aside)) {
      aside = aside.resolveSibling(aside.getFileName() + "+");
    }
    if (there(kept.data())) {
      disk.move(kept.data(), aside);
    }
    if (Files.isDirectory(kept.snapshot(), NOFOLLOW_LINKS)) {
      disk.move(kept.snapshot(), kept.data());
    } else {
      disk.delete(kept.snapshot());
    }
    return true;
  }

  private boolean move(Path from, Path to) throws IOException {
    disk.deleteTree(to);
    disk.move(from, to);
    return true;
  }

  private void remove(Kept kept, Pattern what) throws Fault, InterruptedException {
    for (Path left : beside(kept, what)) {
      LOG.info("removing {}", left);
      Trouble.in("tidy up beside", kept.data(), () -> gone(left));
    }
  }

  private boolean gone(Path left) throws IOException {
    disk.deleteTree(left);
    return true;
  }

  private static List<Path> beside(Kept kept, Pattern what) throws Fault, InterruptedException {
    Path parent = kept.data().resolveSibling("");
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    String prefix = Kept.beside(kept.data(), "").getFileName().toString();
    return Trouble.in(
        "look beside",
        kept.data(),
        () -> {
          try (Held held = Held.at(parent)) {
            return held.children().stream()
                .map(child -> child.getFileName().toString())
                .filter(name -> name.startsWith(prefix))
                .filter(name -> what.matcher(name.substring(prefix.length())).matches())
                .map(parent::resolve)
                .toList();
          }
        });
  }

  /** A disk that fails does not say that there is nothing. */
  private static boolean there(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS) != null;
    } catch (NoSuchFileException _) {
      return false;
    }
  }
}
