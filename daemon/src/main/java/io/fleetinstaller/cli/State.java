package io.fleetinstaller.cli;

/** The one word for how a package is doing, in its colour. */
final class State {
  private static final String GREEN = "\u001b[32m";
  private static final String YELLOW = "\u001b[33m";
  private static final String RED = "\u001b[31m";
  private static final String PLAIN = "\u001b[0m";

  private State() {}

  static String show(String state, boolean coloured) {
    return coloured ? colour(state) + state + PLAIN : state;
  }

  private static String colour(String state) {
    return switch (state) {
      case "ok" -> GREEN;
      case "stuck", "fail" -> RED;
      case String _ -> YELLOW;
    };
  }
}
