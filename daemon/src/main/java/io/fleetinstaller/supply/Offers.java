package io.fleetinstaller.supply;

import io.fleetinstaller.delta.DeltaFormat;
import io.fleetinstaller.delta.DeltaSupply;
import io.fleetinstaller.delta.DeltaTable;
import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.registry.Delta;
import io.fleetinstaller.registry.DeltaRef;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.slots.Inventory;
import io.fleetinstaller.slots.Stock;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The deltas that somebody published for a release, as far as they serve this host. */
record Offers(Registry registry, Image image, Toc toc, Bill bill) {
  private static final Logger LOG = LoggerFactory.getLogger(Offers.class);

  /** More releases than slots on a host need not be looked at. */
  private static final int MOST = 4;

  /** Anybody who may push can list more that are not there; each costs tries. */
  private static final int MOST_LOOKED_AT = 8;

  /** To find one takes a list, a manifest and a table: who needs less need not look. */
  private static final Cost LEAST = new Cost(0, 4);

  /**
   * One that can be applied here.
   *
   * @param inventory of all that it builds on
   */
  record Offer(Delta delta, DeltaTable table, Inventory inventory) {

    /** Its manifest and table are here already, and blocks that an earlier try used, too. */
    Cost cost(Toc toc) {
      long left = delta.blocks().size() - DeltaSupply.made(table, toc, inventory);
      return new Cost(left, left > 0 ? 1 : 0);
    }

    /** The same with what is there now. */
    Offer with(Inventory now, Stock stock) {
      return new Offer(delta, table, now.with(stock, table.ancestors()));
    }
  }

  /**
   * The smallest one from a release that a slot holds, if it costs less than the best way that is
   * known. What of it was used by an earlier try is known only when its table is here. Without any
   * a host goes other ways, so that none can be found out is no failure.
   */
  Optional<Offer> smallest(Inventory inventory, Stock stock, Set<Digest> held, Cost best)
      throws InterruptedException {
    for (Delta delta : best.compareTo(LEAST) > 0 ? fromHeld(held) : List.<Delta>of()) {
      long least = inventory.goesOn() ? delta.table().size() : delta.size();
      if (new Cost(least, 2).compareTo(best) >= 0) {
        continue;
      }
      try {
        DeltaTable table = table(delta);
        Offer offer = new Offer(delta, table, inventory.with(stock, table.ancestors()));
        Optional<Digest> missing = table.missing(toc, offer.inventory());
        if (missing.isPresent()) {
          LOG.warn("passing over {}: no slot holds {}", source(delta), missing.get());
        } else if (offer.cost(toc).compareTo(best) < 0) {
          return Optional.of(offer);
        }
      } catch (Fault fault) {
        LOG.warn("passing over {}: {}", source(delta), fault.reason().sentence());
      }
    }
    return Optional.empty();
  }

  /** Those that lead from a release of this host, the smallest first. */
  private List<Delta> fromHeld(Set<Digest> held) throws InterruptedException {
    List<Delta> deltas = new ArrayList<>();
    int left = MOST_LOOKED_AT;
    for (DeltaRef ref : listed()) {
      if (!Collections.disjoint(ref.from(), held) && deltas.size() < MOST && left-- > 0) {
        try {
          deltas.add(registry.delta(image, ref, bill));
        } catch (Fault.Transient down) {
          LOG.warn("looking for no more deltas: {}", down.reason().sentence());
          left = 0;
        } catch (Fault fault) {
          LOG.warn("passing over a delta: {}", fault.reason().sentence());
        }
      }
    }
    deltas.sort(Comparator.comparingLong(Delta::size));
    return deltas;
  }

  private List<DeltaRef> listed() throws InterruptedException {
    try {
      return registry.deltas(image, bill);
    } catch (Fault fault) {
      LOG.warn("looking for no delta to {}: {}", image.release(), fault.reason().sentence());
      return List.of();
    }
  }

  private DeltaTable table(Delta delta) throws Fault, InterruptedException {
    try (InputStream in = registry.table(image, delta, bill)) {
      DeltaFormat.Bounds bounds = new DeltaFormat.Bounds(delta.to(), toc, delta.blocks().size());
      return DeltaFormat.read(source(delta), in.readAllBytes(), bounds);
    } catch (IOException e) {
      throw Faulted.in(e)
          .orElseGet(() ->
              new Fault.Transient(
                  ReasonCode.TRANSFER_BROKEN,
                  "cannot fetch %s: %s".formatted(source(delta), e.getMessage())));
    }
  }

  String source(Delta delta) {
    return "delta %s to %s".formatted(delta.manifest(), image.release());
  }
}
