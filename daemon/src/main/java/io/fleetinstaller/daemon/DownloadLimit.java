package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.Window;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How fast packages may be downloaded.
 *
 * @param bytesPerSecond of all downloads together; 0: as fast as they come
 * @param during when it counts; empty: always
 */
public record DownloadLimit(long bytesPerSecond, Optional<Window> during) {
  static final DownloadLimit NONE = new DownloadLimit(0, Optional.empty());

  OptionalLong at(Instant now) {
    boolean counts = bytesPerSecond > 0 && during.map(hours -> hours.openAt(now)).orElse(true);
    return counts ? OptionalLong.of(bytesPerSecond) : OptionalLong.empty();
  }
}
