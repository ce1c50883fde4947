package io.fleetinstaller.packaging.lab;

import java.util.List;
import java.util.stream.Collectors;

/** One route, and what goes wrong on it, one after the other. */
record Run(Route route, List<Strike> strikes) {
  Run {
    strikes = List.copyOf(strikes);
  }

  static Run of(Route route, Strike... strikes) {
    return new Run(route, List.of(strikes));
  }

  /** What the table calls it: the manners. */
  String kind() {
    return strikes.isEmpty()
        ? "nothing"
        : strikes.stream().map(it -> it.manner().word()).collect(Collectors.joining(", then "));
  }

  /**
   * The first fault without its occurrence and route: which effect by its name, in which manner.
   */
  String way() {
    Strike first = strikes.getFirst();
    return "%s %s %s".formatted(first.manner(), first.after() ? "after" : "before", first.point());
  }

  @Override
  public String toString() {
    return route.word() + ": " + strikes;
  }
}
