package io.fleetinstaller.packages;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.registry.LayoutWriter;
import io.fleetinstaller.toc.LayerWriter;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** The layer of a package, and where in it its table of contents came to be. */
final class LayerContent implements LayoutWriter.Content {
  private final List<Contents.Item> items;
  private final int level;
  private Optional<Toc.Location> toc = Optional.empty();

  LayerContent(List<Contents.Item> items, int level) {
    this.items = items;
    this.level = level;
  }

  /** Known once it was written. */
  Optional<Toc.Location> toc() {
    return toc;
  }

  @Override
  public void write(OutputStream out) throws IOException {
    long size = items.stream().mapToLong(item -> item.entry().size()).sum();
    try (LayerWriter layer = new LayerWriter(out, size, level)) {
      for (Contents.Item item : items) {
        boolean file = item.entry().kind() == TarEntry.Kind.FILE;
        try (InputStream data =
            file ? Files.newInputStream(item.path()) : InputStream.nullInputStream()) {
          layer.add(item.entry(), data);
        }
      }
      toc = layer.finish();
    }
  }
}
