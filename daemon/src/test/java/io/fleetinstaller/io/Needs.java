package io.fleetinstaller.io;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What some tests need of the machine: continuous integration has it, others may lack it. */
public final class Needs {

  private Needs() {}

  /** Owners, capabilities and mounts can only be set by root on Linux. */
  public static void root() throws IOException {
    Path self = Path.of("/proc/self");
    the(Files.exists(self) && Files.getAttribute(self, "unix:uid").equals(0), "root on Linux");
  }

  /** Says loudly what is missing, and fails where nothing may be. */
  public static void the(boolean there, String what) {
    if (there) {
      return;
    }
    String sentence = "NOT TESTED: this test needs " + what;
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(sentence);
    }
    System.err.println(sentence);
    assumeTrue(false, sentence);
  }
}
