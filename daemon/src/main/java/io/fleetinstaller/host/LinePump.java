package io.fleetinstaller.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.io.RotatingLog;
import io.fleetinstaller.io.Time;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Carries what a process writes into its log, line by line; a longer line than 2,000 bytes is cut.
 */
final class LinePump {
  private static final int LONGEST = 2000;

  private final InputStream source;
  private final RotatingLog log;
  private final Time time;

  LinePump(InputStream source, RotatingLog log, Time time) {
    this.source = source;
    this.log = log;
    this.time = time;
  }

  /** Returns at the end of the stream. */
  void run() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (InputStream in = new BufferedInputStream(source)) {
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next == '\n') {
          write(line);
        } else if (line.size() < LONGEST) {
          line.write(next);
        }
      }
    } catch (IOException _) {
      // The process was killed and its pipe closed under us.
    }
    if (line.size() > 0) {
      write(line);
    }
  }

  private void write(ByteArrayOutputStream line) {
    log.add(time.now(), line.toString(UTF_8).stripTrailing());
    line.reset();
  }
}
