package io.fleetinstaller.source;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.FloorRate;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.http.Patience;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;

/** Receives one file: within its size, before its deadline, not too slowly. Not thread-safe. */
final class Transfer {
  private static final int BUFFER = 16 << 10;

  private final Patience patience;
  private final Time time;
  private final Duration began;

  /** Its time runs from now. */
  Transfer(Patience patience, Time time) {
    this.patience = patience;
    this.time = time;
    this.began = time.elapsed();
  }

  byte[] read(Http.Answer answer, long maxBytes) throws Failure, IOException {
    if (answer.length().orElse(0) > maxBytes) {
      throw tooLarge(maxBytes);
    }
    FloorRate floor = new FloorRate(patience);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER];
    while (true) {
      Duration before = time.elapsed();
      int count = answer.body().read(buffer);
      if (count < 0) {
        return bytes.toByteArray();
      }
      Duration now = time.elapsed();
      bytes.write(buffer, 0, count);
      if (bytes.size() > maxBytes) {
        throw tooLarge(maxBytes);
      }
      floor.arrived(count, now.minus(before));
      if (now.minus(began).compareTo(patience.document()) > 0) {
        throw Failure.passing(
            ReasonCode.TOO_SLOW,
            "it was not all there after %ds".formatted(patience.document().toSeconds()));
      }
    }
  }

  private static Failure tooLarge(long maxBytes) {
    return Failure.lasting(
        ReasonCode.TOO_LARGE, "it is over the %d bytes allowed".formatted(maxBytes));
  }
}
