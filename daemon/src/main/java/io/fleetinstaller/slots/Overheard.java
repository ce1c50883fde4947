package io.fleetinstaller.slots;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.toc.Toc;
import io.fleetinstaller.toc.TocFormat;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pinned table of contents of a layer, where nobody could fetch it by itself: it passes by
 * while the whole layer comes, behind all that it speaks of. The slot is held to it then, so that
 * it does not depend on the registry what a release is. Not thread-safe.
 */
final class Overheard {
  private final Toc.Location location;
  private final TocFormat.Bounds bounds;
  private final String release;
  private final byte[] packed;
  private final List<Told> told = new ArrayList<>();
  private long weight;
  private int filled;

  private Overheard(Toc.Location location, TocFormat.Bounds bounds, String release) {
    this.location = location;
    this.bounds = bounds;
    this.release = release;
    this.packed = new byte[(int) location.packed()];
  }

  /**
   * What is to be listened for, if anything is.
   *
   * @param left how many bytes of memory the table may take
   */
  static Optional<Overheard> of(Layer.Packed layer, Delivery delivery, long left) throws Refused {
    if (layer.table().isPresent() || layer.pinned().isEmpty()) {
      return Optional.empty();
    }
    Toc.Location location = layer.pinned().get();
    TocFormat.Bounds bounds =
        new TocFormat.Bounds(
            layer.size(),
            delivery.descriptor().unpackedSize(),
            delivery.descriptor().entries(),
            left);
    String release = delivery.release().toString();
    try {
      TocFormat.check(source(release), location, bounds);
      return Optional.of(new Overheard(location, bounds, release));
    } catch (Refused refused) {
      return none(refused);
    }
  }

  /** The same bytes; those of the table are kept on the way. */
  InputStream listening(InputStream layer) {
    return new FilterInputStream(layer) {
      private long at;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int count = in.read(into, offset, length);
        long from = Math.max(at, location.offset());
        long to = Math.min(at + Math.max(0, count), location.offset() + packed.length);
        if (from < to) {
          System.arraycopy(
              into,
              offset + (int) (from - at),
              packed,
              (int) (from - location.offset()),
              (int) (to - from));
          filled += (int) (to - from);
        }
        at += Math.max(0, count);
        return count;
      }
    };
  }

  /** An entry as it is to be made: by its owner's names only if the table has them too. */
  TarEntry entry(TarEntry found) {
    TarEntry.Owner owner = found.owner();
    return location.named()
        ? found
        : found.ownedBy(new TarEntry.Owner(owner.uid(), owner.gid(), "", ""));
  }

  /** Remembers what was made, but no more than a table may hold: nothing of it is proven yet. */
  Content content(TarEntry made, Content content) {
    Told next = new Told(made.whole());
    weight += new Toc.Entry(next.made, Optional.empty(), List.of()).weight();
    if (weight > bounds.held()) {
      told.clear();
    } else {
      told.add(next);
    }
    return new Listening(next, content);
  }

  /** The table, once the layer is at its end; empty if it is too large to be one. */
  Optional<Table> table() throws Refused {
    try {
      if (filled < packed.length) {
        throw mismatch("the layer ends before it");
      }
      return Optional.of(
          new Table(TocFormat.read(source(release), packed, location, bounds), packed));
    } catch (Refused refused) {
      if (refused.reason().code() == ReasonCode.DIGEST_MISMATCH) {
        throw mismatch("it is not the one that the manifest pins");
      }
      return none(refused);
    }
  }

  /** Refuses what was made if the table says anything else, once all of it is hashed. */
  void check(Toc toc) throws Refused {
    if (weight > bounds.held()) {
      throw mismatch("the archive says more of its entries");
    }
    Iterator<Toc.Entry> table = toc.entries().iterator();
    for (Told each : told) {
      if (!table.hasNext()) {
        throw mismatch("it has no entry '%s'".formatted(each.made.name()));
      }
      Toc.Entry entry = table.next();
      Optional<String> difference = Listed.difference(entry.header(), each.made, location.named());
      if (difference.isPresent()) {
        throw mismatch(
            "it says something else of '%s': %s".formatted(each.made.name(), difference.get()));
      }
      if (each.made.size() > 0 && !entry.digest().equals(Optional.ofNullable(each.digest))) {
        throw mismatch("it has another digest of '%s'".formatted(each.made.name()));
      }
    }
    if (table.hasNext()) {
      throw mismatch("only it has '%s'".formatted(table.next().header().name()));
    }
  }

  /** One that is too large is none; any other contradiction is the publisher's. */
  private static <T> Optional<T> none(Refused refused) throws Refused {
    if (refused.reason().code() != ReasonCode.TOO_LARGE) {
      throw refused;
    }
    return Optional.empty();
  }

  private Refused mismatch(String why) {
    return new Refused(
        ReasonCode.TOC_MISMATCH,
        "cannot unpack %s: its table of contents is another than its archive: %s"
            .formatted(release, why.replaceAll("\\p{Cntrl}", "?")));
  }

  private static String source(String release) {
    return "the table of contents of " + release;
  }

  /** An entry that was made, and the digest of what it got. */
  private static final class Told {
    private final TarEntry made;
    private @Nullable Digest digest;

    Told(TarEntry made) {
      this.made = made;
    }
  }

  private record Listening(Told told, Content content) implements Content {
    @Override
    public void write(NewFile file) throws IOException, Fault, InterruptedException {
      content.write(file);
    }

    @Override
    public Optional<Digest> digest() {
      return content.digest();
    }

    @Override
    public void check(Digest found) throws Refused {
      content.check(found);
      told.digest = found;
    }
  }
}
