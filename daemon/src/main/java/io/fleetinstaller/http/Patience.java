package io.fleetinstaller.http;

import java.time.Duration;

/**
 * How long to wait for what.
 *
 * @param connect until a connection stands
 * @param silence without a byte in or out
 * @param document for one small document, from asking to its last byte
 * @param floorRate bytes per second that a download must deliver over each floorWindow
 * @param tries how often in a row something may fail without progress
 * @param longestPause between two tries, whatever the other side asks for
 */
public record Patience(
    Duration connect,
    Duration silence,
    Duration document,
    long floorRate,
    Duration floorWindow,
    int tries,
    Duration longestPause) {
  public static final Patience DEFAULT =
      new Patience(
          Duration.ofSeconds(15),
          Duration.ofSeconds(30),
          Duration.ofMinutes(1),
          10 * 1024,
          Duration.ofSeconds(30),
          6,
          Duration.ofSeconds(30));

  private static final Duration SOON = Duration.ofSeconds(10);

  public Patience {
    if (tries < 1 || floorRate < 0) {
      throw new IllegalArgumentException("tries must be 1 or more, the floor rate 0 or more");
    }
  }

  /** The same patience with documents that may take longer. */
  public Patience withDocument(Duration longer) {
    return new Patience(connect, silence, longer, floorRate, floorWindow, tries, longestPause);
  }

  /** Patience for what is of use, but not needed: one try, and documents that come soon. */
  public Patience hurried() {
    Duration soon = document.compareTo(SOON) < 0 ? document : SOON;
    return new Patience(connect, silence, soon, floorRate, floorWindow, 1, longestPause);
  }

  /** The same patience with another floor rate, in bytes per second; 0: none. */
  public Patience withFloorRate(long bytesPerSecond) {
    return new Patience(
        connect, silence, document, bytesPerSecond, floorWindow, tries, longestPause);
  }
}
