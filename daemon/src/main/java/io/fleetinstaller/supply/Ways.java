package io.fleetinstaller.supply;

import io.fleetinstaller.delta.DeltaSupply;
import io.fleetinstaller.registry.Blob;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.Span;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Wait;
import io.fleetinstaller.slots.Delivery;
import io.fleetinstaller.slots.Inventory;
import io.fleetinstaller.slots.Layer;
import io.fleetinstaller.slots.ReadAhead;
import io.fleetinstaller.slots.Stock;
import io.fleetinstaller.slots.Table;
import io.fleetinstaller.toc.TocFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The ways in which one release can be got. Immutable. */
public final class Ways {
  /** What the network or the other side of it did, perhaps to this one kind of request only. */
  private static final Set<ReasonCode> OF_THE_NETWORK =
      EnumSet.of(
          ReasonCode.DNS_FAILED,
          ReasonCode.CONNECT_FAILED,
          ReasonCode.TLS_FAILED,
          ReasonCode.PROXY_FAILED,
          ReasonCode.TRANSFER_BROKEN,
          ReasonCode.TOO_SLOW,
          ReasonCode.REGISTRY_ERROR,
          ReasonCode.AUTH_FAILED);

  private final Registry registry;
  private final Image image;
  private final Bill.Watcher watcher;
  private final List<Known> layers;
  private final Bill looking;
  private final List<String> notes;

  /** A layer as the registry has it, and what it holds. */
  private record Known(Blob blob, Optional<Table> table) {}

  /**
   * What is fetched of one layer.
   *
   * @param spans the parts of it that this host lacks; empty: all of it
   */
  private record Share(Known layer, Optional<List<Span>> spans) {

    static Share whole(Known layer) {
      return new Share(layer, Optional.empty());
    }

    /** What no slot has of it, unless to ask for that costs hardly less than all of it. */
    static Share least(Known layer, Inventory inventory) {
      Optional<List<Span>> missing =
          layer.table().map(table -> Spans.over(RangeSupply.missing(table.toc(), inventory)));
      Share some = new Share(layer, missing);
      boolean better =
          inventory.goesOn()
              ? some.cost().compareTo(whole(layer).cost()) < 0
              : some.cost().isWellBelow(whole(layer).cost());
      return better ? some : whole(layer);
    }

    Cost cost() {
      return spans
          .map(all -> new Cost(all.stream().mapToLong(Span::length).sum(), all.size()))
          .orElse(new Cost(layer.blob().size(), 1));
    }
  }

  /**
   * Ways that are estimated to cost less than the whole layers.
   *
   * @param ways the cheapest first
   * @param left what ranges would cost, as of {@link Ways#left}
   */
  public record Cheap(List<Way> ways, Optional<Cost> left) {
    public Cheap {
      ways = List.copyOf(ways);
    }
  }

  private Ways(Tables tables, Bill.Watcher watcher, List<Known> layers, List<String> notes) {
    this.registry = tables.registry();
    this.image = tables.image();
    this.looking = tables.bill();
    this.watcher = watcher;
    this.layers = layers;
    this.notes = List.copyOf(notes);
  }

  /** Finds out what there is to know before the first byte of a file is fetched. */
  public static Ways to(Image image, Registry registry, Bill.Watcher watcher)
      throws Fault, InterruptedException {
    List<String> notes = new ArrayList<>();
    Bill looking = new Bill(registry, waits(watcher), Cost.NONE);
    Tables tables = new Tables(registry, image, looking, notes::add);
    List<Known> layers = new ArrayList<>();
    long left = TocFormat.LARGEST_HELD;
    for (Blob blob : image.layers()) {
      Optional<Table> table = tables.of(blob, left);
      left -= table.map(Table::weight).orElse(0L);
      layers.add(new Known(blob, table));
    }
    return new Ways(tables, watcher, layers, notes);
  }

  /** What is looked at brings nothing nearer; that it is waited for is told all the same. */
  private static Bill.Watcher waits(Bill.Watcher watcher) {
    return new Bill.Watcher() {
      @Override
      public void at(long done, long total) {
        // that would be taken for bytes of the release
      }

      @Override
      public void waits(Wait wait) {
        watcher.waits(wait);
      }

      @Override
      public void goesOn(Wait wait) {
        watcher.goesOn(wait);
      }
    };
  }

  /** Whether the network or the other side of it failed, and may work again in a moment. */
  public static boolean mayPass(Fault fault) {
    return fault instanceof Fault.Transient && OF_THE_NETWORK.contains(fault.reason().code());
  }

  /**
   * Whether another way may do better than the one that ended in this: another one may ask another
   * repository. A full or failing disk of this host fails all of them.
   */
  public static boolean anotherMayDoBetter(Fault fault) {
    return switch (fault) {
      case Fault.Refused _ -> true;
      case Fault.Transient _, Fault.Broken _ -> OF_THE_NETWORK.contains(fault.reason().code());
    };
  }

  /** What has to be known of a release to find out whether there is room for it. */
  public static Delivery bare(Image image) {
    return delivery(image, List.of());
  }

  /** What it cost to find out about ways so far: tables, and deltas that were looked at. */
  public Cost looking() {
    return looking.total();
  }

  /** Why there are not all the ways that there could be. */
  public List<String> notes() {
    return notes;
  }

  private Inventory asked(Stock stock) throws InterruptedException {
    return stock.of(
        layers.stream().flatMap(layer -> layer.table().stream()).map(Table::toc).toList());
  }

  /**
   * Those that there are for this host.
   *
   * @param held the releases that the stock is of
   */
  public Cheap cheap(Stock stock, Set<Digest> held) throws InterruptedException {
    Inventory inventory = asked(stock);
    List<Way> ways = new ArrayList<>();
    Optional<Way> ranges = ranges(inventory);
    ranges.ifPresent(ways::add);
    Optional<Cost> left = ranges.map(Way::estimate);
    if (!held.isEmpty() && layers.size() == 1) {
      Cost best = left.orElseGet(() -> Share.whole(layers.getFirst()).cost());
      delta(inventory, stock, held, best).ifPresent(ways::add);
    }
    ways.sort(Comparator.comparing(Way::estimate));
    return new Cheap(ways, left);
  }

  private Optional<Way> delta(Inventory inventory, Stock stock, Set<Digest> held, Cost best)
      throws InterruptedException {
    Known layer = layers.getFirst();
    if (layer.table().isEmpty()) {
      return Optional.empty();
    }
    Offers offers = new Offers(registry, image, layer.table().get().toc(), looking);
    return offers.smallest(inventory, stock, held, best).flatMap(offer -> delta(offers, offer));
  }

  private Optional<Way> delta(Offers offers, Offers.Offer offer) {
    Known layer = layers.getFirst();
    Cost estimate = offer.cost(offers.toc());
    if (!estimate.isWellBelow(Share.whole(layer).cost())) {
      return Optional.empty();
    }
    Bill bill = new Bill(registry, watcher, estimate);
    Layer assembled =
        new Layer.Assembled(
            layer.table().orElseThrow(),
            "the delta",
            () ->
                new DeltaSupply(
                    offers.source(offer.delta()),
                    offer.table(),
                    offer.inventory(),
                    first -> new ReadAhead(from(offer.delta().blocks(), first, bill))));
    Way.Rest rest = (now, stock) -> delta(offers, offer.with(now, stock));
    return Optional.of(
        new Way("by a delta", estimate, delivery(image, List.of(assembled)), bill, rest));
  }

  /**
   * To what a way that broke has not brought: the cheapest, empty where none is cheaper than that
   * was.
   */
  public Optional<Way> onwards(Way broken, Stock stock) throws InterruptedException {
    Inventory inventory = asked(stock);
    return Stream.of(ranges(inventory), broken.rest().of(inventory, stock))
        .flatMap(Optional::stream)
        .filter(way -> way.estimate().compareTo(broken.estimate()) < 0)
        .min(Comparator.comparing(Way::estimate));
  }

  /** Every layer from its first byte to its last. */
  public Way whole() {
    return way("as a whole", layers.stream().map(Share::whole).toList(), Optional.empty());
  }

  /** Of each layer what no slot has; empty where that costs no less than the whole. */
  public Optional<Way> ranges(Stock stock) throws InterruptedException {
    return ranges(asked(stock));
  }

  /** What is still to be fetched by ranges; empty where that is no better than the whole. */
  public Optional<Cost> left(Stock stock) throws InterruptedException {
    return ranges(stock).map(Way::estimate);
  }

  private Optional<Way> ranges(Inventory inventory) {
    List<Share> shares = layers.stream().map(layer -> Share.least(layer, inventory)).toList();
    return shares.stream().anyMatch(share -> share.spans().isPresent())
        ? Optional.of(way("by ranges", shares, Optional.of(inventory)))
        : Optional.empty();
  }

  private Way way(String name, List<Share> shares, Optional<Inventory> inventory) {
    Cost estimate = shares.stream().map(Share::cost).reduce(Cost.NONE, Cost::plus);
    Bill bill = new Bill(registry, watcher, estimate);
    List<Layer> parts =
        shares.stream()
            .map(share ->
                share.spans().isPresent()
                    ? assembled(share, inventory.orElseThrow(), bill)
                    : packed(share.layer(), bill))
            .toList();
    return new Way(name, estimate, delivery(image, parts), bill, (now, _) -> ranges(now));
  }

  private Layer assembled(Share share, Inventory inventory, Bill bill) {
    List<Span> spans = share.spans().orElseThrow();
    Parts.Source source = span -> part(share.layer().blob(), span, bill);
    return new Layer.Assembled(
        share.layer().table().orElseThrow(),
        "the ranges",
        () -> new RangeSupply(inventory, new Parts(spans, source)));
  }

  private Layer packed(Known layer, Bill bill) {
    Blob blob = layer.blob();
    return new Layer.Packed(
        blob.size(), blob.compression(), () -> open(blob, bill), layer.table(), blob.toc());
  }

  private InputStream open(Blob blob, Bill bill) throws Fault, InterruptedException {
    return registry.open(image, blob, bill);
  }

  /**
   * Where nobody gives parts, what is not needed comes along; but not most of it in vain, because
   * the network is away for a moment.
   */
  private InputStream from(Blob blob, long first, Bill bill)
      throws IOException, Fault, InterruptedException {
    try {
      return part(blob, new Span(first, blob.size()), bill);
    } catch (Fault fault) {
      if (first == 0 || (mayPass(fault) && first > blob.size() / 2)) {
        throw fault;
      }
      return behind(first, open(blob, bill));
    }
  }

  private static InputStream behind(long first, InputStream whole) throws IOException {
    try {
      whole.skipNBytes(first);
      return whole;
    } catch (IOException | RuntimeException e) {
      whole.close();
      throw e;
    }
  }

  private InputStream part(Blob blob, Span span, Bill bill) throws Fault, InterruptedException {
    return registry.open(image, blob, span, bill);
  }

  private static Delivery delivery(Image image, List<Layer> parts) {
    return new Delivery(image.release(), image.descriptor(), image.descriptorBytes(), parts);
  }
}
