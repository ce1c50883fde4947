package io.fleetinstaller.supply;

import io.fleetinstaller.io.Sizes;

/**
 * What a way takes of the network.
 *
 * @param bytes of content
 */
public record Cost(long bytes, int requests) implements Comparable<Cost> {
  static final Cost NONE = new Cost(0, 0);

  /** What a registry could have sent meanwhile: 10 ms at 25 Mbit/s. */
  private static final long BYTES_PER_REQUEST = 32 << 10;

  Cost plus(Cost other) {
    return new Cost(bytes + other.bytes, requests + other.requests);
  }

  /**
   * By a fiftieth or more: for less, one stream of a whole layer is what can go wrong in the fewest
   * ways.
   */
  boolean isWellBelow(Cost other) {
    return weight() < other.weight() / 50 * 49;
  }

  @Override
  public int compareTo(Cost other) {
    return Long.compare(weight(), other.weight());
  }

  private long weight() {
    return bytes + requests * BYTES_PER_REQUEST;
  }

  @Override
  public String toString() {
    // A folder is read without asking anybody.
    return requests == 0
        ? Sizes.text(bytes)
        : "%s in %d %s"
            .formatted(Sizes.text(bytes), requests, requests == 1 ? "request" : "requests");
  }
}
