package io.fleetinstaller.upgrade;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable record of one upgrade. What {@link #append} wrote is on disk; what {@link #note}
 * could not write is kept in memory and written before the next line. Thread-safe.
 */
public final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  /** What the way back, or the rest of the way forward, may write at most. */
  private static final int RESERVE = 128 * 1024;

  private final Path file;
  private final Disk disk;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

  /** Whether lines were lost behind those that could be read. */
  private final boolean torn;

  private Account account;
  private long length;
  private Disk.@Nullable Appender appender;
  private boolean uncut = true;
  private boolean reserved;

  /** A journal whose good lines end here; whatever is behind them is cut before the next line. */
  Journal(Path file, Disk disk, JournalFormat.Good good) {
    this.file = file;
    this.disk = disk;
    this.account = good.account();
    this.length = good.length();
    this.torn = good.torn();
    // Between two runs of the daemon the reserve was cut off with the tail.
    this.reserved = good.account().switched();
  }

  /** What it tells, including what could not be written yet. */
  public synchronized Account account() {
    return account;
  }

  /** Whether it has lost what was behind its last good line. */
  public boolean torn() {
    return torn;
  }

  /** Writes a line durably. After a fault it may be on disk or not, until {@link #cut}. */
  synchronized void append(Line line) throws Fault {
    write(JournalFormat.frame(LineFormat.write(line)));
    account = account.with(line);
  }

  /** Writes a line if the disk lets us; in memory it counts either way. */
  synchronized void note(Line line) {
    account = account.with(line);
    byte[] frame = JournalFormat.frame(LineFormat.write(line));
    try {
      write(frame);
    } catch (Fault fault) {
      pending.writeBytes(frame);
      LOG.warn("going on without the journal: {}", fault.getMessage());
    }
  }

  /** Writes what could not be written before. */
  synchronized void flush() throws Fault {
    write(new byte[0]);
  }

  /** Makes sure that the disk has room for every line to come. */
  synchronized void reserve() throws Fault {
    try {
      ready().reserve(RESERVE);
      reserved = true;
    } catch (IOException e) {
      doubt();
      throw fault("reserve space in", e);
    }
  }

  /** Makes sure that no line which was not appended can ever be read. */
  synchronized void cut() throws Fault {
    try {
      ready();
    } catch (IOException e) {
      doubt();
      throw fault("cut", e);
    }
  }

  synchronized boolean durable() {
    return pending.size() == 0;
  }

  /** Closes it, and gives back the space that it reserved and did not need. */
  synchronized void close() {
    try {
      if (appender != null && reserved && account.outcome().isPresent()) {
        appender.truncate(length);
      }
    } catch (IOException e) {
      LOG.warn("cannot give back the space that {} reserved: {}", file, e.getMessage());
    }
    doubt();
  }

  private void write(byte[] frame) throws Fault {
    if (pending.size() + frame.length == 0) {
      return;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(pending.toByteArray());
    all.writeBytes(frame);
    try {
      ready().append(all.toByteArray());
    } catch (IOException e) {
      doubt();
      throw fault("write", e);
    }
    length += all.size();
    pending.reset();
  }

  /** What is on disk behind the last good line is anybody's guess; an interrupt closes the file. */
  private void doubt() {
    Disk.Appender open = appender;
    appender = null;
    uncut = true;
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      LOG.debug("cannot close {}: {}", file, e.getMessage());
    }
  }

  /** The appender, with nothing on disk behind the last line that counts. */
  private Disk.Appender ready() throws IOException {
    Disk.Appender open = appender;
    if (open == null) {
      open = disk.append(file);
      appender = open;
    }
    if (uncut) {
      open.truncate(length);
      uncut = false;
      reserveAgain(open);
    }
    return open;
  }

  private void reserveAgain(Disk.Appender open) {
    try {
      if (reserved) {
        open.reserve(RESERVE);
      }
    } catch (IOException e) {
      LOG.warn("cannot reserve space in {}: {}", file, e.getMessage());
    }
  }

  private Fault fault(String verb, IOException e) {
    return fault(verb, file, e);
  }

  static Fault fault(String verb, Path file, IOException e) {
    String why = String.valueOf(e.getMessage());
    boolean full = why.contains("No space left") || why.contains("quota exceeded");
    return new Fault.Transient(
        full ? ReasonCode.DISK_FULL : ReasonCode.IO_ERROR,
        "cannot %s %s: %s; %s"
            .formatted(verb, file, why, full ? "free some space" : "check the disk"));
  }
}
