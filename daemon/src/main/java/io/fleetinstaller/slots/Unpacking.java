package io.fleetinstaller.slots;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.io.TarReader;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.slots.EntryPath.Unsafe;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Turns the entries of all layers of one release into files. Every directory on the way to an entry
 * was made here, and everything made is new: nothing is ever written through a link, so a symbolic
 * link may lead to an absolute path of the host, as real packages' links into /etc and /usr do. A
 * relative one must stay in the slot. Not thread-safe.
 */
final class Unpacking {
  private final Delivery delivery;
  private final Path directory;
  private final Making making;
  private final Privileges privileges;
  private long entries;
  private long bytes;

  Unpacking(Delivery delivery, Making.Target target) {
    this.delivery = delivery;
    this.directory = target.directory();
    this.privileges = new Privileges(delivery.descriptor());
    this.making = new Making(target, new Tree(delivery.descriptor().entries()), privileges);
  }

  /** Unpacks one layer that has no table of contents; an IOException is one of the archive. */
  void layer(TarReader tar) throws IOException, Fault, InterruptedException {
    Optional<TarEntry> next = tar.next();
    while (next.isPresent()) {
      entry(next.get(), new Stored(tar, next.get()));
      next = tar.next();
    }
    tar.finish();
  }

  /** The same, where the table comes behind all of it. */
  void layer(TarReader tar, Overheard overheard) throws IOException, Fault, InterruptedException {
    Optional<TarEntry> next = tar.next();
    while (next.isPresent()) {
      TarEntry entry = overheard.entry(next.get());
      entry(entry, overheard.content(entry, new Stored(tar, next.get())));
      next = tar.next();
    }
    tar.finish();
  }

  /**
   * The same, where every entry has to be the next of the table's.
   *
   * @param named whether that has the names of owners
   */
  void layer(TarReader tar, Toc toc, boolean named)
      throws IOException, Fault, InterruptedException {
    Iterator<Toc.Entry> table = toc.entries().iterator();
    Optional<TarEntry> next = tar.next();
    while (next.isPresent()) {
      TarEntry found = next.get();
      if (!table.hasNext()) {
        throw refused(ReasonCode.TOC_MISMATCH, found, "its table of contents has no such entry");
      }
      Toc.Entry listed = table.next();
      Optional<String> difference = Listed.difference(listed.header(), found, named);
      if (difference.isPresent()) {
        throw refused(
            ReasonCode.TOC_MISMATCH,
            found,
            "%s is another than its table of contents says".formatted(difference.get()));
      }
      entry(listed.header(), listed(listed, new Stored(tar, found)::write));
      next = tar.next();
    }
    if (table.hasNext()) {
      throw refused(
          ReasonCode.TOC_MISMATCH, table.next().header(), "the archive has no such entry");
    }
    tar.finish();
  }

  /** Makes all that a table of contents lists; an IOException is one of the supply. */
  void layer(Layer.Assembled layer, Supply supply) throws IOException, Fault, InterruptedException {
    String doing = "assemble %s from %s".formatted(delivery.release(), layer.way());
    for (Toc.Entry entry : layer.contents().toc().entries()) {
      entry(
          entry.header(),
          new Listed(entry, file -> supply.file(entry, file), doing, ReasonCode.DIGEST_MISMATCH));
    }
  }

  private Listed listed(Toc.Entry entry, Listed.Source source) {
    return new Listed(entry, source, "unpack " + delivery.release(), ReasonCode.TOC_MISMATCH);
  }

  /** Gives the directories their attributes, once nothing more is made in them. */
  void finish() throws Fault, InterruptedException {
    making.finish();
  }

  private void entry(TarEntry entry, Content content)
      throws IOException, Fault, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      List<String> parts = EntryPath.parts(entry.name());
      if (parts.isEmpty()) {
        // "./": the slot's own folder, which is ours.
        return;
      }
      count(entry);
      legalHere(parts);
      String path = String.join("/", parts);
      making.parents(path);
      privileges.check(path, entry);
      make(path, entry, content);
    } catch (Unsafe e) {
      throw refused(e.code(), entry, e.why());
    } catch (InvalidPathException e) {
      throw new Fault.Broken(
          ReasonCode.HOST_FAILED,
          "cannot unpack %s: this daemon's character set cannot write the name '%s'; start it with LC_ALL=C.UTF-8"
              .formatted(delivery.release(), entry.name()));
    }
  }

  private void make(String path, TarEntry entry, Content content)
      throws Unsafe, IOException, Fault, InterruptedException {
    switch (entry.kind()) {
      case FILE -> making.file(path, entry, content);
      case DIRECTORY -> making.directory(path, entry);
      case SYMLINK -> making.symlink(path, entry);
      case HARDLINK -> making.hardlink(path, entry);
      case DEVICE, FIFO, UNKNOWN ->
          throw new Unsafe("it is neither file, directory nor link; leave it out");
    }
  }

  private void count(TarEntry entry) throws Refused {
    entries++;
    if (entries > delivery.descriptor().entries()) {
      throw refused(
          ReasonCode.TOO_LARGE,
          entry,
          "there are more entries than the %d that the descriptor declares"
              .formatted(delivery.descriptor().entries()));
    }
    if (entry.size() > delivery.descriptor().unpackedSize() - bytes) {
      throw refused(
          ReasonCode.TOO_LARGE,
          entry,
          "it goes over the %d bytes that the descriptor declares"
              .formatted(delivery.descriptor().unpackedSize()));
    }
    bytes += entry.size();
  }

  private void legalHere(List<String> parts) throws Unsafe {
    if (directory.getFileSystem().getSeparator().equals("\\")) {
      Optional<String> illegal = EntryPath.illegalOnWindows(parts);
      if (illegal.isPresent()) {
        throw new Unsafe("Windows has no such name as '%s'".formatted(illegal.get()));
      }
    }
  }

  private Refused refused(ReasonCode code, TarEntry entry, String why) {
    String shown = entry.name().replaceAll("\\p{Cntrl}", "?");
    return new Refused(
        code,
        "cannot unpack '%s' of %s: %s"
            .formatted(
                shown.length() > 200 ? shown.substring(0, 200) + "…" : shown,
                delivery.release(),
                why));
  }
}
