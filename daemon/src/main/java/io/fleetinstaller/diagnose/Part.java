package io.fleetinstaller.diagnose;

import io.fleetinstaller.release.Fault;
import java.io.IOException;

/**
 * One file of the archive.
 *
 * @param name its path there
 */
record Part(String name, Content content) {

  /** How to get it; what is too long is cut by whoever asks. */
  @FunctionalInterface
  interface Content {
    String read() throws IOException, Fault, InterruptedException;
  }
}
