package io.fleetinstaller.health;

import io.fleetinstaller.io.Redactor;
import java.io.IOException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;

/** Tells a host that is in trouble from a workload that is. */
final class Environment {
  // Java has no types for these; the words are those of strerror(3), in C and in the JDK's own.
  private static final List<String> WORDS =
      List.of(
          "too many open files",
          "cannot allocate memory",
          "no buffer space",
          "assign requested address",
          "network is unreachable",
          "network is down",
          "resource temporarily unavailable");

  private Environment() {}

  /** A failed connection as an answer: the host's doing is unclear, everything else has failed. */
  static Answer answer(IOException e) {
    String saw = Redactor.line(words(e));
    return isCause(e) ? new Answer.Unclear(saw) : new Answer.Failed(saw);
  }

  private static String words(IOException e) {
    if (e instanceof UnknownHostException) {
      return "unknown host " + e.getMessage();
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private static boolean isCause(IOException e) {
    if (e instanceof UnknownHostException || e instanceof NoRouteToHostException) {
      return true;
    }
    String message = words(e).toLowerCase(Locale.ROOT);
    return WORDS.stream().anyMatch(message::contains);
  }
}
