package io.fleetinstaller.toc;

import java.util.Optional;

/** Whether places follow one another as the bytes of one archive do. */
final class Frames {
  /** How much of a frame may come before what is wanted of it, in plain bytes. */
  private static final long MOST_INNER = 16 << 20;

  private final long end;
  private Toc.Place last = new Toc.Place(0, 0, 0);
  private long used;

  /**
   * @param end behind the last byte of the layer that may be content
   */
  Frames(long end) {
    this.end = end;
  }

  /** What is wrong with the place that comes next, which holds so many plain bytes. */
  Optional<String> wrong(Toc.Place place, long length) {
    if (place.from() >= place.to() || place.to() > end) {
      return Optional.of(
          "it shall lie at %d to %d, and content ends at %d"
              .formatted(place.from(), place.to(), end));
    }
    boolean same = place.from() == last.from() && place.to() == last.to();
    if (same ? place.inner() < used : place.from() < last.to()) {
      return Optional.of("it overlaps what comes before it, or stands in the wrong order");
    }
    if (place.inner() > MOST_INNER) {
      return Optional.of(
          "it lies deeper in its frame than the %d bytes allowed".formatted(MOST_INNER));
    }
    last = place;
    used = place.inner() + length;
    return Optional.empty();
  }
}
