package io.fleetinstaller.upgrade;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All journals of this host: {@code <package>/<id>.journal}, one file per upgrade. They are the
 * history, too. Thread-safe.
 */
public final class Journals {
  private static final Logger LOG = LoggerFactory.getLogger(Journals.class);
  private static final String SUFFIX = ".journal";
  private static final int KEPT = 20;
  private static final int KEPT_CORRUPT = 3;
  private static final int MAX_BYTES = 4 << 20;

  private final Path directory;
  private final Disk disk;
  private final Time time;
  private final Map<String, Journal> live = new ConcurrentHashMap<>();
  private final List<Reason> problems = new CopyOnWriteArrayList<>();

  public Journals(Path directory, Disk disk, Time time) {
    this.directory = directory;
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
      files(name).forEach(file -> examine(name, file));
      history(name).open().map(account -> reopen(name, account)).ifPresent(open::add);
      retain(name);
    }
    return open;
  }

  /** What is wrong with the journals of this host, as found by {@link #open}. */
  public List<Reason> problems() {
    return List.copyOf(problems);
  }

  /** Every package that ever had a journal. */
  public List<PackageName> names() {
    return children(directory).stream()
        .map(child -> child.getFileName().toString())
        .flatMap(name -> packageName(name).stream())
        .sorted()
        .toList();
  }

  /** What the journals of this package tell, newest last. */
  public History history(PackageName name) {
    return new History(name, files(name).stream().flatMap(file -> account(file).stream()).toList());
  }

  /** Begins an upgrade, durably; the next one of a package only when the last is all on disk. */
  synchronized Journal begin(Move move) throws Fault {
    settle(move.name());
    Instant now = time.now();
    Optional<Account> same = history(move.name()).givenUp(move);
    Account account =
        new Account(
            move.begun(nextId(), now),
            same.map(Account::attempt).orElse(0) + 1,
            same.map(Account::since).orElse(now),
            List.of());
    byte[] header = JournalFormat.frame(LineFormat.header(account));
    Path file = file(account.upgrade());
    try {
      disk.createDirectories(directory.resolve(move.name().value()), 0700);
      disk.replace(file, header, 0600);
    } catch (IOException e) {
      throw Journal.fault("begin", file, e);
    }
    return track(new Journal(file, disk, new JournalFormat.Good(account, header.length)));
  }

  /** Lets go of a journal; one that is not all on disk yet stays in memory. */
  synchronized void finish(Journal journal) {
    journal.close();
    if (journal.durable()) {
      live.remove(journal.account().upgrade().id());
      retain(journal.account().upgrade().name());
    }
  }

  /** A later start must not find an older upgrade open: it would go on with it. */
  private void settle(PackageName name) throws Fault {
    Optional<Account> open = history(name).open();
    if (open.isPresent()) {
      throw new Fault.Transient(
          ReasonCode.UNDER_WAY,
          "cannot begin another upgrade of %s: upgrade %s has not ended; wait for its end"
              .formatted(name, open.get().upgrade().id()));
    }
    for (Journal ended : live.values()) {
      if (ended.account().upgrade().name().equals(name)) {
        ended.flush();
        finish(ended);
      }
    }
  }

  private Journal reopen(PackageName name, Account account) {
    Path file = file(account.upgrade());
    return live.computeIfAbsent(
        account.upgrade().id(),
        _ -> {
          LOG.info("upgrade {} of {} has not ended", account.upgrade().id(), name);
          return new Journal(file, disk, (JournalFormat.Good) read(file));
        });
  }

  private Journal track(Journal journal) {
    live.put(journal.account().upgrade().id(), journal);
    return journal;
  }

  private Optional<Account> account(Path file) {
    Journal known = live.get(id(file));
    if (known != null) {
      return Optional.of(known.account());
    }
    return switch (read(file)) {
      case JournalFormat.Good(Account account, _) -> Optional.of(account);
      case JournalFormat.Newer _, JournalFormat.Bad _ -> Optional.empty();
    };
  }

  private void examine(PackageName name, Path file) {
    switch (read(file)) {
      case JournalFormat.Good(Account account, _) when !file(account.upgrade()).equals(file) ->
          setAside(file, "it is the journal of another upgrade");
      case JournalFormat.Good _ -> {}
      case JournalFormat.Newer(long version) ->
          problem(
              "cannot read %s: its format %d is newer than ours; upgrade the installer of %s"
                  .formatted(file, version, name));
      case JournalFormat.Bad(String why) -> setAside(file, why);
    }
  }

  private void setAside(Path file, String why) {
    problem("cannot read %s: %s; it is set aside as .corrupt".formatted(file, why));
    try {
      disk.move(file, file.resolveSibling(file.getFileName() + ".corrupt"));
    } catch (IOException e) {
      LOG.warn("cannot set {} aside: {}", file, e.getMessage());
    }
  }

  private void problem(String sentence) {
    LOG.warn(sentence);
    problems.add(new Reason(ReasonCode.STATE_DAMAGED, sentence));
  }

  private static JournalFormat.Read read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return JournalFormat.read(in.readNBytes(MAX_BYTES));
    } catch (IOException e) {
      return new JournalFormat.Bad("it cannot be read: " + e.getMessage());
    }
  }

  private void retain(PackageName name) {
    List<Account> accounts = history(name).accounts();
    Instant now = time.now();
    for (int i = 0; i < accounts.size() - 1; i++) {
      Account account = accounts.get(i);
      boolean old = i < accounts.size() - KEPT && !Memory.needs(account, now);
      if (old || History.repeats(account, accounts.get(i + 1))) {
        drop(file(account.upgrade()));
      }
    }
    List<Path> corrupt = files(name, ".corrupt");
    corrupt.subList(0, Math.max(0, corrupt.size() - KEPT_CORRUPT)).forEach(this::drop);
  }

  private void drop(Path file) {
    try {
      disk.delete(file);
    } catch (IOException e) {
      LOG.warn("cannot delete {}: {}", file, e.getMessage());
    }
  }

  /**
   * One above every number that any file here bears: the order of beginning, whatever the clock.
   */
  private String nextId() {
    long last =
        names().stream()
            .flatMap(name -> files(name, "").stream())
            .map(Journals::id)
            .filter(id -> id.matches("\\d{8,18}"))
            .mapToLong(Long::parseLong)
            .max()
            .orElse(0);
    return "%08d".formatted(last + 1);
  }

  private Path file(Upgrade upgrade) {
    return directory.resolve(upgrade.name().value()).resolve(upgrade.id() + SUFFIX);
  }

  private List<Path> files(PackageName name) {
    return files(name, SUFFIX);
  }

  private List<Path> files(PackageName name, String suffix) {
    return children(directory.resolve(name.value())).stream()
        .filter(file -> file.getFileName().toString().endsWith(suffix))
        .sorted(Comparator.comparing(file -> file.getFileName().toString()))
        .toList();
  }

  private static List<Path> children(Path directory) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(children::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException e) {
      LOG.warn("cannot list {}: {}", directory, e.getMessage());
    }
    return children;
  }

  private static String id(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, Math.max(0, name.indexOf('.')));
  }

  private static Optional<PackageName> packageName(String text) {
    try {
      return Optional.of(new PackageName(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
