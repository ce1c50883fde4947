package io.fleetinstaller.packaging.lab;

import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One route, and what goes wrong on it, one after the other. */
record Run(Route route, List<Strike> strikes) {
  private static final Pattern TOLD = Pattern.compile("^([a-z ]+): \\[([^,]+) #[0-9]+] -> ");
  private static final Pattern WHOLE = Pattern.compile("^(?:BRICK )?([a-z ]+): \\[(.*)]( -> .*)?$");
  private static final Pattern BETWEEN = Pattern.compile(", ");
  private static final String OWN = "self ";

  Run {
    strikes = List.copyOf(strikes);
  }

  static Run of(Route route, Strike... strikes) {
    return new Run(route, List.of(strikes));
  }

  /** What the table calls it: the manners, and whether it was the daemon's own upgrade. */
  String kind() {
    String manners =
        strikes.isEmpty()
            ? "nothing"
            : strikes.stream().map(it -> it.manner().word()).collect(Collectors.joining(", then "));
    return own(route.isOwn(), manners);
  }

  /**
   * The first fault without its occurrence and route: which effect by its name, in which manner,
   * and whether of the daemon's own upgrade.
   */
  String way() {
    return own(route.isOwn(), strikes.getFirst().way());
  }

  private static String own(boolean own, String what) {
    return own ? OWN + what : what;
  }

  /**
   * What {@link #way} said of the runs that a laboratory told of; of two faults the first is what
   * led to the second, and stands for nothing, and neither does one that did not happen.
   */
  static Set<String> ways(Stream<String> told) {
    return told.filter(line -> !line.endsWith(Played.MISSED))
        .map(TOLD::matcher)
        .filter(Matcher::find)
        .map(it -> own(it.group(1).startsWith(OWN), it.group(2)))
        .collect(Collectors.toSet());
  }

  /** The runs that a laboratory told of, in their order; every other line is passed over. */
  static List<Run> told(List<String> lines) {
    return lines.stream().map(WHOLE::matcher).filter(Matcher::matches).map(Run::of).toList();
  }

  private static Run of(MatchResult told) {
    List<Strike> strikes =
        BETWEEN.splitAsStream(told.group(2)).filter(it -> !it.isEmpty()).map(Strike::told).toList();
    return new Run(Route.of(told.group(1)), strikes);
  }

  @Override
  public String toString() {
    return route.word() + ": " + strikes;
  }
}
