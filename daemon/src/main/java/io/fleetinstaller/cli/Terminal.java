package io.fleetinstaller.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a verb speaks.
 *
 * @param out answers, and nothing else
 * @param err complaints and progress
 * @param interactive a person looks on: lines may be drawn over, and coloured
 */
public record Terminal(
    PrintStream out, PrintStream err, boolean interactive, Map<String, String> environment) {
  public Terminal {
    environment = Map.copyOf(environment);
  }

  /** The one of this process. */
  public static Terminal ofThisProcess() {
    return new Terminal(
        stream(FileDescriptor.out), stream(FileDescriptor.err), isInteractive(), System.getenv());
  }

  // Whatever the locale is: our texts are UTF-8.
  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  // A runtime without the module jdk.internal.le still answers null.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isInteractive() {
    String kind = System.getenv().getOrDefault("TERM", "dumb");
    if (kind.equals("dumb")) {
      return false;
    }
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  boolean coloured() {
    return interactive && environment.getOrDefault("NO_COLOR", "").isEmpty();
  }
}
