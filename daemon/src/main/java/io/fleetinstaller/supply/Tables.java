package io.fleetinstaller.supply;

import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.registry.Blob;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.Span;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.slots.Table;
import io.fleetinstaller.toc.Toc;
import io.fleetinstaller.toc.TocFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the tables of contents of a release's layers.
 *
 * @param missed is told of each that cannot be had, and why
 */
record Tables(Registry registry, Image image, Bill bill, Consumer<String> missed) {
  private static final Logger LOG = LoggerFactory.getLogger(Tables.class);

  /**
   * The table of a layer, if it has one that can be had: without it the layer still comes as a
   * whole. But one that is what its publisher signed, and makes no sense, condemns the release.
   *
   * @param left how many bytes of memory it may take
   */
  Optional<Table> of(Blob layer, long left) throws Fault, InterruptedException {
    if (layer.toc().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(proven(layer, layer.toc().get(), left));
    } catch (Fault fault) {
      if (fault.reason().code() == ReasonCode.MALFORMED || !Ways.anotherMayDoBetter(fault)) {
        throw fault;
      }
      LOG.warn("going on without a table of contents: {}", fault.reason().sentence());
      missed.accept("no table of contents: %s".formatted(fault.reason()));
      return Optional.empty();
    }
  }

  /** Wrong bytes are those of one repository: as long as there are others, they are asked. */
  private Table proven(Blob layer, Toc.Location location, long left)
      throws Fault, InterruptedException {
    for (int others = registry.repositories() - 1; ; others--) {
      try {
        return table(layer, location, left);
      } catch (Fault.Refused refused) {
        if (others <= 0 || refused.reason().code() != ReasonCode.DIGEST_MISMATCH) {
          throw refused;
        }
      }
    }
  }

  private Table table(Blob layer, Toc.Location location, long left)
      throws Fault, InterruptedException {
    String source = "the table of contents of %s".formatted(image.release());
    TocFormat.Bounds bounds =
        new TocFormat.Bounds(
            layer.size(), image.descriptor().unpackedSize(), image.descriptor().entries(), left);
    TocFormat.check(source, location, bounds);
    Span span = new Span(location.offset(), location.offset() + location.packed());
    try (InputStream in = registry.open(image, layer, span, bill)) {
      return table(source, in.readAllBytes(), location, bounds);
    } catch (IOException e) {
      throw Faulted.in(e)
          .orElseGet(() ->
              new Fault.Transient(
                  ReasonCode.TRANSFER_BROKEN,
                  "cannot fetch %s: %s; it will be tried again".formatted(source, e.getMessage())));
    }
  }

  private Table table(String source, byte[] packed, Toc.Location location, TocFormat.Bounds bounds)
      throws Fault.Refused {
    try {
      Table table = new Table(TocFormat.read(source, packed, location, bounds), packed);
      bill.right();
      return table;
    } catch (Fault.Refused refused) {
      if (refused.reason().code() == ReasonCode.DIGEST_MISMATCH) {
        bill.wrong();
      }
      throw refused;
    }
  }
}
