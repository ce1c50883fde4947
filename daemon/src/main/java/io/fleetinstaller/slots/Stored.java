package io.fleetinstaller.slots;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.io.TarReader;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import java.io.IOException;
import java.util.Optional;

/** What an archive has of its current entry; the archive as a whole is vouched for. */
record Stored(TarReader tar, TarEntry entry) implements Content {

  @Override
  public void write(NewFile file) throws IOException, Fault, InterruptedException {
    long at = 0;
    for (TarEntry.Extent extent : entry.extents()) {
      file.zeros(extent.offset() - at);
      at = extent.offset();
      long end = at + extent.length();
      while (at < end) {
        at += file.bytes(tar, end - at);
      }
    }
    file.zeros(entry.size() - at);
  }

  @Override
  public Optional<Digest> digest() {
    return Optional.empty();
  }

  @Override
  public void check(Digest found) {
    // The digest of the layer says it already.
  }
}
