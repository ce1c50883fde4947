package io.fleetinstaller.slots;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.io.TarReader;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.toc.Toc;
import io.fleetinstaller.toc.TocFormat;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes one slot: unpacks it beside its place, makes it durable, renames it into its place, and
 * then marks it valid. A crash in between leaves what the next try clears away.
 */
final class Staging {
  private static final int DIRECTORY_MODE = 0755;
  private static final int FILE_MODE = 0644;

  /** Headers and small files come out of one piece of this size; larger files pass it by. */
  private static final int SMALL = 1 << 16;

  private final Shelf shelf;
  private final Doors doors;
  private final Delivery delivery;
  private final Room room;
  private final Path staged;
  private final List<Optional<Table>> tables = new ArrayList<>();
  private long left = TocFormat.LARGEST_HELD;

  Staging(Shelf shelf, Delivery delivery, Room room) {
    this.shelf = shelf;
    this.doors = shelf.doors();
    this.delivery = delivery;
    this.room = room;
    this.staged = shelf.layout().staging(delivery.release().slotName());
  }

  void run() throws Fault, InterruptedException {
    Scratch scratch = doors.scratch();
    Seal seal = new Seal(staged);
    Path notes = staged.resolve(Layout.RESERVED);
    room.run(() -> scratch.directory(staged));
    room.run(() -> scratch.directory(notes));
    Owners owners = room.in(() -> Owners.in(staged));
    Digest contents = unpack(owners);
    write(seal.file(Seal.RELEASE), Seal.release(delivery.release()));
    write(seal.file(Seal.DESCRIPTOR), delivery.descriptorBytes());
    for (int i = 0; i < tables.size(); i++) {
      if (tables.get(i).isPresent()) {
        write(seal.table(i), tables.get(i).get().packed());
      }
    }
    attributes(seal.file(Seal.CONTENTS), FILE_MODE);
    attributes(notes, DIRECTORY_MODE);
    attributes(staged, DIRECTORY_MODE);
    place(contents);
  }

  /**
   * The order is the promise: what is in the slot, then its place, then its validity. By its place
   * policy knows which labels it should have.
   */
  private void place(Digest contents) throws Fault, InterruptedException {
    Disk disk = doors.disk();
    Path slot = shelf.layout().slot(delivery.release());
    byte[] marker = Seal.marker(contents, Digest.of(delivery.descriptorBytes()));
    room.run(() -> disk.sync(staged));
    room.run(() -> disk.move(staged, slot));
    doors.label(slot, room);
    room.run(() -> disk.replace(new Seal(slot).file(Seal.MARKER), marker, FILE_MODE));
  }

  private Digest unpack(Owners owners) throws Fault, InterruptedException {
    Path file = new Seal(staged).file(Seal.CONTENTS);
    Scratch.Output out = room.in(() -> doors.scratch().file(file));
    ContentsWriter contents = new ContentsWriter(out);
    try {
      Unpacking unpacking = unpacking(owners, contents);
      List<Heard> heard = new ArrayList<>();
      for (Layer layer : delivery.layers()) {
        Optional<Table> table = layer.table();
        switch (layer) {
          case Layer.Packed packed -> {
            Optional<Overheard> overheard = Overheard.of(packed, delivery, left);
            unpack(packed, overheard, unpacking);
            if (overheard.isPresent()) {
              table = overheard.get().table();
              table.ifPresent(found -> heard.add(new Heard(overheard.get(), found)));
            }
          }
          case Layer.Assembled assembled -> assemble(assembled, unpacking);
        }
        left -= table.map(Table::weight).orElse(0L);
        tables.add(table);
      }
      unpacking.finish();
      Digest digest = room.in(contents::finish);
      for (Heard each : heard) {
        each.overheard().check(each.table().toc());
      }
      return digest;
    } finally {
      closeQuietly(contents);
    }
  }

  private Unpacking unpacking(Owners owners, ContentsWriter contents) {
    Twins twins = Twins.of(delivery, shelf.read().whole());
    Optional<Begun> begun = Begun.of(shelf.layout(), delivery.release());
    return new Unpacking(
        delivery, new Making.Target(staged, doors.scratch(), room, owners, contents, twins, begun));
  }

  /** A table that came with its layer, and what was made before. */
  private record Heard(Overheard overheard, Table table) {}

  /** After a failure the file goes away with all the others; after {@code finish} it is closed. */
  private static void closeQuietly(ContentsWriter contents) {
    try {
      contents.close();
    } catch (IOException _) {
      // The failure that brought us here is the one to tell.
    }
  }

  /**
   * Three threads are enough for the two cores of a small host: one fetches and hashes what comes,
   * this one unpacks and writes, one hashes what was written. Unpacking has none of its own: zstd
   * took an eighth of the processor time of a large package when that was measured, and each plain
   * byte would have to be handed over once more.
   */
  private void unpack(Layer.Packed layer, Optional<Overheard> overheard, Unpacking unpacking)
      throws Fault, InterruptedException {
    try (ReadAhead source = new ReadAhead(open(layer, overheard))) {
      try {
        try (InputStream plain = layer.compression().decode(unclosing(source))) {
          entries(
              new TarReader(new BufferedInputStream(plain, SMALL)), layer, overheard, unpacking);
        }
        source.drain();
      } catch (InterruptedIOException e) {
        throw interrupted(e);
      } catch (IOException e) {
        throw broken(source, e);
      } catch (Fault e) {
        throw e.reason().code() == ReasonCode.DISK_FULL ? e : afterAll(source, e);
      }
    } catch (InterruptedIOException e) {
      throw interrupted(e);
    } catch (IOException e) {
      throw transfer(e);
    }
  }

  private void assemble(Layer.Assembled layer, Unpacking unpacking)
      throws Fault, InterruptedException {
    try (Supply supply = layer.opener().open()) {
      unpacking.layer(layer, supply);
    } catch (InterruptedIOException e) {
      throw interrupted(e);
    } catch (IOException e) {
      throw transfer(e);
    }
  }

  private static InputStream open(Layer.Packed layer, Optional<Overheard> overheard)
      throws IOException, Fault, InterruptedException {
    InputStream packed = layer.opener().open();
    return overheard.map(each -> each.listening(packed)).orElse(packed);
  }

  private static void entries(
      TarReader tar, Layer.Packed layer, Optional<Overheard> overheard, Unpacking unpacking)
      throws IOException, Fault, InterruptedException {
    if (layer.table().isPresent()) {
      boolean named = layer.pinned().map(Toc.Location::named).orElse(true);
      unpacking.layer(tar, layer.table().get().toc(), named);
    } else if (overheard.isPresent()) {
      unpacking.layer(tar, overheard.get());
    } else {
      unpacking.layer(tar);
    }
  }

  private static InputStream unclosing(ReadAhead source) {
    return new FilterInputStream(source) {
      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        return source.read(into, offset, length);
      }

      @Override
      public void close() {
        // The rest of it is still to be read.
      }
    };
  }

  private Fault broken(ReadAhead source, IOException failure) throws InterruptedException {
    Optional<Throwable> cause = source.failure();
    if (cause.isPresent()) {
      return transfer(cause.get());
    }
    Refused malformed =
        new Refused(
            ReasonCode.MALFORMED,
            "cannot unpack %s: a layer is no whole archive: %s; build the package again"
                .formatted(delivery.release(), failure.getMessage()));
    return afterAll(source, malformed);
  }

  /**
   * What an entry came to has to be the fault of the true bytes, or of the host: the rest is read
   * for its digest, and if that is wrong, then that is what is told, and another is asked.
   */
  private Fault afterAll(ReadAhead source, Fault fault) throws InterruptedException {
    try {
      source.drain();
      return fault;
    } catch (InterruptedIOException e) {
      throw interrupted(e);
    } catch (IOException e) {
      return transfer(e);
    }
  }

  private Fault transfer(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException bug) {
      throw bug;
    }
    return Faulted.in(failure)
        .orElseGet(() ->
            new Fault.Transient(
                ReasonCode.TRANSFER_BROKEN,
                "cannot fetch %s: %s; it will be tried again"
                    .formatted(delivery.release(), failure.getMessage())));
  }

  private static InterruptedException interrupted(InterruptedIOException e) {
    boolean _ = Thread.interrupted();
    return (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
  }

  private void write(Path file, byte[] bytes) throws Fault, InterruptedException {
    room.run(() -> {
      try (Scratch.Output out = doors.scratch().file(file)) {
        out.write(bytes, 0, bytes.length, 0);
      }
    });
    attributes(file, FILE_MODE);
  }

  private void attributes(Path path, int mode) throws Fault, InterruptedException {
    room.run(() -> doors.scratch().attributes(path, Scratch.Attributes.mode(mode)));
  }
}
