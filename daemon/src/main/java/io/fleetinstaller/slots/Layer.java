package io.fleetinstaller.slots;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** One layer of a release. Whichever way it comes, the same files come out. */
public sealed interface Layer {

  /** Its table of contents, if it has one; the slot keeps it. */
  Optional<Table> table();

  /**
   * The whole layer, unpacked while it arrives. With a table every entry has to be what that says.
   *
   * @param size of the packed bytes
   * @param pinned where its table lies; one that could not be had before is taken out of the layer
   */
  record Packed(
      long size,
      Compression compression,
      Opener opener,
      Optional<Table> table,
      Optional<Toc.Location> pinned)
      implements Layer {

    /** One whose table, if it has any, is here, and is ours. */
    public Packed(long size, Compression compression, Opener opener, Optional<Table> table) {
      this(size, compression, opener, table, Optional.empty());
    }

    /** One without a table of contents. */
    public Packed(long size, Compression compression, Opener opener) {
      this(size, compression, opener, Optional.empty());
    }
  }

  /**
   * A layer that is put together file by file, after its table of contents.
   *
   * @param way how the files come, for sentences, e.g. {@code the delta}
   */
  record Assembled(Table contents, String way, Supply.Opener opener) implements Layer {
    @Override
    public Optional<Table> table() {
      return Optional.of(contents);
    }
  }

  /** Where the packed bytes come from. */
  @FunctionalInterface
  interface Opener {

    /**
     * Opens them. The stream is read in a thread of its own; it checks their digest and size before
     * it says that it is at its end. A {@link io.fleetinstaller.io.Faulted} from it is what went
     * wrong; any other IOException means that the transfer broke.
     */
    InputStream open() throws IOException, Fault, InterruptedException;
  }
}
