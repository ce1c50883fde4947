package io.fleetinstaller.desired;

import io.fleetinstaller.release.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Where a host stands in the queue of a deployment: the first 8 hex digits of the SHA-256 of host
 * id, newline, deployment id, read as a number and divided by 2^32. Anybody can work it out:
 *
 * <pre>printf '%s\n%s' HOST DEPLOYMENT | sha256sum | cut -c 1-8</pre>
 *
 * The host is in a wave of P percent when this is below P/100. So it stays in its wave for ever,
 * and is in another one for the next deployment.
 *
 * @param value from 0 to 2^32 - 1
 */
public record Share(long value) {
  private static final long WHOLE = 1L << 32;

  public static Share of(String host, String deployment) {
    byte[] both = (host + "\n" + deployment).getBytes(StandardCharsets.UTF_8);
    return new Share(Long.parseLong(Digest.of(both).hex().substring(0, 8), 16));
  }

  public boolean under(int percent) {
    return value * 100 < percent * WHOLE;
  }

  /** In percent, e.g. 57.31. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.2f", value * 100.0 / WHOLE);
  }
}
