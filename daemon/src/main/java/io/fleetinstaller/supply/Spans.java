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

  /** Kept in memory while it waits; what a broken connection costs at most. */
  static final long MOST = 4 << 20;

  /** More are hard on a registry: gaps are widened then, as far as it helps. */
  static final int FEW = 200;

  private Spans() {}

  /** In the order of the layer, none longer than {@link #MOST}. */
  static List<Span> over(List<Toc.Place> places) {
    List<Toc.Place> sorted =
        places.stream().sorted(Comparator.comparingLong(Toc.Place::from)).toList();
    long gap = GAP;
    List<Span> spans = over(sorted, gap);
    while (spans.size() > FEW && gap < MOST) {
      gap *= 2;
      spans = over(sorted, gap);
    }
    return spans;
  }

  private static List<Span> over(List<Toc.Place> sorted, long gap) {
    List<Span> spans = new ArrayList<>();
    long from = -1;
    long to = -1;
    for (Toc.Place place : sorted) {
      if (to >= 0 && place.from() - to <= gap) {
        to = Math.max(to, place.to());
      } else {
        cut(from, to, spans);
        from = place.from();
        to = place.to();
      }
    }
    cut(from, to, spans);
    return spans;
  }

  private static void cut(long from, long to, List<Span> into) {
    for (long at = from; at < to; at += MOST) {
      into.add(new Span(at, Math.min(to, at + MOST)));
    }
  }
}
