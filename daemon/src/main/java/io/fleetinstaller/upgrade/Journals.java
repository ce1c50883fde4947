package io.fleetinstaller.upgrade;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All journals of this host, one file per upgrade. They are the history, the failure memory and the
 * report, too. Thread-safe.
 */
public final class Journals {
  private static final Logger LOG = LoggerFactory.getLogger(Journals.class);
  private static final int KEPT = 20;
  private static final int KEPT_CORRUPT = 3;

  private final JournalFiles files;
  private final Disk disk;
  private final Time time;

  /** Those under way, and those that ended but are not all on disk yet. */
  private final Map<String, Journal> live = new ConcurrentHashMap<>();

  /** Those whose beginning failed: they may be there nevertheless, and only not be durable. */
  private final Set<Path> unbegun = ConcurrentHashMap.newKeySet();

  private final EndedJournals ended = new EndedJournals();
  private final List<Reason> problems = new CopyOnWriteArrayList<>();

  public Journals(Path directory, Disk disk, Time time) {
    this.files = new JournalFiles(directory);
    this.disk = disk;
    this.time = time;
  }

  /**
   * The upgrades that were begun and have not ended, for the start of the daemon to resume. What
   * cannot be read is set aside; it never stops the start.
   */
  public synchronized List<Journal> open() {
    List<Journal> open = new ArrayList<>();
    for (PackageName name : names()) {
      List<Journal> journals = begun(name).flatMap(file -> examine(file).stream()).toList();
      if (!journals.isEmpty() && journals.getLast().account().outcome().isEmpty()) {
        open.add(track(journals.getLast()));
      }
      retain(name, journals.stream().map(Journal::account).toList());
    }
    return open;
  }

  /** Which journals {@link #open} could not read, and left where they are. */
  public List<Reason> problems() {
    return List.copyOf(problems);
  }

  /** Where the journal of this upgrade is. */
  public Path file(Upgrade upgrade) {
    return files.file(upgrade);
  }

  /** Whether there is a journal of this upgrade that cannot be read now, or not by this version. */
  public boolean isUnread(PackageName name, String id) {
    Path file = files.folder(name).resolve(id + ".journal");
    return Files.exists(file)
        && history(name).accounts().stream()
            .noneMatch(account -> account.upgrade().id().equals(id));
  }

  /** Whether the candidate of this upgrade stays; not where its journal is lost. */
  public boolean isConfirmed(PackageName name, String id) {
    return history(name).accounts().stream()
        .anyMatch(account -> account.upgrade().id().equals(id) && account.confirmed());
  }

  /** Every package that ever had a journal. */
  public List<PackageName> names() {
    return files.names();
  }

  /** What the journals of this package tell, newest last. */
  public History history(PackageName name) {
    return new History(name, begun(name).flatMap(file -> account(file).stream()).toList());
  }

  private Stream<Path> begun(PackageName name) {
    return files.journals(name).stream().filter(file -> !unbegun.contains(file));
  }

  /** Begins an upgrade, durably; the next one of a package only when the last is all on disk. */
  synchronized Journal begin(Move move) throws Fault {
    History history = history(move.name());
    settle(history);
    Path folder = files.folder(move.name());
    try {
      clearUnbegun(folder);
      Account account = beginning(move, history.givenUp(move));
      byte[] header = JournalFormat.frame(LineFormat.header(account));
      Path file = files.file(account.upgrade());
      Quarantine.directory(disk, folder, 0700);
      unbegun.add(file);
      disk.replace(file, header, 0600);
      unbegun.remove(file);
      return track(new Journal(file, disk, new JournalFormat.Good(account, header.length)));
    } catch (IOException e) {
      unbegun.forEach(this::drop);
      throw Journal.fault("begin a journal in", folder, e);
    }
  }

  /**
   * The journal of an upgrade whose own was lost while the candidate was on trial, as it was after
   * RESTART: the trial goes on from there.
   *
   * @param boot this run of the machine
   */
  synchronized Journal salvage(Upgrade upgrade, String boot) throws Fault {
    Instant now = time.now();
    Account account = new Account(upgrade, 1, now, List.of());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(JournalFormat.frame(LineFormat.header(account)));
    for (Step step : List.of(Step.SWITCH, Step.RESTART)) {
      for (Line line :
          List.of(new Line.Begun(now, step, boot), new Line.Done(now, step, List.of()))) {
        bytes.writeBytes(JournalFormat.frame(LineFormat.write(line)));
        account = account.with(line);
      }
    }
    Path file = files.file(upgrade);
    try {
      Quarantine.directory(disk, files.folder(upgrade.name()), 0700);
      disk.replace(file, bytes.toByteArray(), 0600);
      return track(new Journal(file, disk, new JournalFormat.Good(account, bytes.size())));
    } catch (IOException e) {
      drop(file);
      throw Journal.fault("begin a journal in", file, e);
    }
  }

  /**
   * Ends what was begun of this package and has not ended, as refused; the host is left as it is.
   */
  public synchronized void giveUp(PackageName name, Reason why) throws Fault {
    for (Journal journal : open()) {
      if (journal.account().upgrade().name().equals(name)) {
        LOG.warn("giving up the upgrade of {}: {}", name, why);
        journal.append(new Line.Ended(time.now(), new Outcome.GivenUp(why, Failure.Kind.REFUSED)));
        finish(journal);
      }
    }
  }

  /** Whether the journal of this upgrade is there, readable or not. */
  boolean keeps(PackageName name, String id) {
    return Files.exists(files.folder(name).resolve(id + ".journal"));
  }

  /** Lets go of a journal; one that is not all on disk yet stays in memory. */
  synchronized void finish(Journal journal) {
    journal.close();
    if (journal.durable()) {
      Upgrade upgrade = journal.account().upgrade();
      live.remove(upgrade.id());
      retain(upgrade.name(), history(upgrade.name()).accounts());
    }
  }

  private Account beginning(Move move, Optional<Account> same) throws IOException {
    Instant now = time.now();
    return new Account(
        move.begun(files.nextId(), now),
        same.map(Account::attempt).orElse(0) + 1,
        same.map(Account::since).orElse(now),
        List.of());
  }

  /** A later start must not find an older upgrade open: it would go on with it. */
  private void settle(History history) throws Fault {
    Optional<Account> open = history.open();
    if (open.isPresent()) {
      throw new Fault.Transient(
          ReasonCode.UNDER_WAY,
          "cannot begin another upgrade of %s: upgrade %s has not ended; wait for its end"
              .formatted(history.name(), open.get().upgrade().id()));
    }
    for (Journal ended : live.values()) {
      if (ended.account().upgrade().name().equals(history.name())) {
        ended.flush();
        finish(ended);
      }
    }
  }

  private void clearUnbegun(Path folder) throws IOException {
    for (Path file : Set.copyOf(unbegun)) {
      if (file.startsWith(folder)) {
        disk.delete(file);
        unbegun.remove(file);
      }
    }
  }

  private Journal track(Journal journal) {
    live.put(journal.account().upgrade().id(), journal);
    return journal;
  }

  private Optional<Account> account(Path file) {
    Journal known = live.get(JournalFiles.id(file));
    if (known != null) {
      return Optional.of(known.account());
    }
    return ended.account(file, Journals::read);
  }

  private static Optional<Account> read(Path file) {
    return switch (JournalFiles.read(file)) {
      case JournalFormat.Good(Account account, _, _) -> Optional.of(account);
      case JournalFormat.Newer _, JournalFormat.Bad _, JournalFormat.Unread _ -> Optional.empty();
    };
  }

  private Optional<Journal> examine(Path file) {
    Journal known = live.get(JournalFiles.id(file));
    if (known != null) {
      return Optional.of(known);
    }
    return switch (JournalFiles.read(file)) {
      case JournalFormat.Good good when files.file(good.account().upgrade()).equals(file) ->
          Optional.of(new Journal(file, disk, good));
      case JournalFormat.Good _ -> setAside(file, "it is the journal of another upgrade");
      case JournalFormat.Bad(String why) -> setAside(file, why);
      case JournalFormat.Newer(long version) ->
          problem(file, "its format %d is newer than ours; bring a newer installer", version);
      case JournalFormat.Unread(String why) -> problem(file, "%s; check the disk", why);
    };
  }

  private Optional<Journal> setAside(Path file, String why) {
    ended.forget(file);
    try {
      Quarantine.put(disk, file, why);
    } catch (IOException e) {
      LOG.warn("cannot set {} aside: {}", file, e.getMessage());
    }
    return Optional.empty();
  }

  private Optional<Journal> problem(Path file, String form, Object detail) {
    String sentence = "cannot read %s: %s".formatted(file, form.formatted(detail));
    LOG.warn(sentence);
    problems.add(new Reason(ReasonCode.STATE_DAMAGED, sentence));
    return Optional.empty();
  }

  private void retain(PackageName name, List<Account> accounts) {
    Instant now = time.now();
    for (int i = 0; i < accounts.size() - 1; i++) {
      Account account = accounts.get(i);
      boolean old = i < accounts.size() - KEPT && !Memory.needs(account, now);
      if (old || History.repeats(account, accounts.get(i + 1))) {
        drop(files.file(account.upgrade()));
      }
    }
    List<Path> corrupt = files.corrupt(name);
    corrupt.subList(0, Math.max(0, corrupt.size() - KEPT_CORRUPT)).forEach(this::drop);
  }

  private void drop(Path file) {
    ended.forget(file);
    try {
      if (Files.isDirectory(file)) {
        disk.deleteTree(file);
      } else {
        disk.delete(file);
      }
    } catch (IOException e) {
      LOG.warn("cannot delete {}: {}", file, e.getMessage());
    }
  }
}
