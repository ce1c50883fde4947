package io.fleetinstaller.supply;

import io.fleetinstaller.registry.Span;
import io.fleetinstaller.toc.Toc;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which parts of a layer to ask for, so that few requests bring all that is needed. */
final class Spans {
  /** What costs less to fetch and forget than to ask again: a round trip of 5 ms at 100 Mbit/s. */
  static final long GAP = 64 << 10;

  /** Less than {@link Parts#WINDOW}, so that the next one is asked for before one is over. */
  static final long MOST = 7 << 19;

  /** More are hard on a registry: wider gaps are fetched along then, if that makes them fewer. */
  static final int FEW = 190;

  /** A request costs a registry no more than this, however many there are. */
  static final long WIDEST = 256 << 10;

  private Spans() {}

  /** In the order of the layer, none longer than {@link #MOST}. */
  static List<Span> over(List<Toc.Place> places) {
    List<Toc.Place> sorted =
        places.stream().sorted(Comparator.comparingLong(Toc.Place::from)).toList();
    long gap = GAP;
    List<Span> spans = cut(runs(sorted, gap));
    while (spans.size() > FEW && gap < WIDEST) {
      gap *= 2;
      spans = cut(runs(sorted, gap));
    }
    return spans;
  }

  /** Stretches with no longer gap in them. */
  private static List<Span> runs(List<Toc.Place> sorted, long gap) {
    List<Span> runs = new ArrayList<>();
    for (Toc.Place place : sorted) {
      if (!runs.isEmpty() && place.from() - runs.getLast().to() <= gap) {
        Span last = runs.removeLast();
        runs.add(new Span(last.from(), Math.max(last.to(), place.to())));
      } else if (place.from() < place.to()) {
        runs.add(new Span(place.from(), place.to()));
      }
    }
    return runs;
  }

  private static List<Span> cut(List<Span> runs) {
    List<Span> spans = new ArrayList<>();
    for (Span run : runs) {
      for (long at = run.from(); at < run.to(); at += MOST) {
        spans.add(new Span(at, Math.min(run.to(), at + MOST)));
      }
    }
    return spans;
  }
}
