package io.fleetinstaller.api;

import java.time.Duration;

/**
 * The bounds of the server.
 *
 * @param head bytes of request line and headers together
 * @param body bytes
 * @param deliver for a whole request to arrive, and again for its answer to be taken
 * @param connections at the same time; one more is told to come back later
 * @param poll the longest that a caller may wait for news of a job
 */
public record Limits(int head, int body, Duration deliver, int connections, Duration poll) {
  public static final Limits DEFAULT =
      new Limits(8 << 10, 64 << 10, Duration.ofSeconds(10), 16, Duration.ofSeconds(30));
}
