package io.fleetinstaller.packaging.lab;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One fault, to happen once.
 *
 * @param point the name of the effect, or {@code *} for any but those of reports, which come on
 *     their own
 * @param nth at which occurrence of it, counted from 1 since the switch was set or the strike
 *     before
 * @param after whether the effect is carried out first
 * @param count see {@link Manner}
 */
record Strike(String point, int nth, boolean after, Manner manner, int count) {
  static final String ANY = "*";

  private static final int WORDS = 5;
  private static final Pattern TOLD =
      Pattern.compile("([a-z-]+) (before|after) (.+) #([0-9]{1,9})");

  /** A full disk stays full for a while. */
  private static final int FULL_FOR = 6;

  private static final int SLOW_MILLIS = 3000;

  static Strike before(String point, int nth, Manner manner) {
    return of(point, nth, false, manner);
  }

  /** With the count that its manner has in the laboratory. */
  static Strike of(String point, int nth, boolean after, Manner manner) {
    int count =
        switch (manner) {
          case ENOSPC -> FULL_FOR;
          case SLOW -> SLOW_MILLIS;
          default -> 1;
        };
    return new Strike(point, nth, after, manner, count);
  }

  boolean names(String effect) {
    return point.equals(ANY) ? !Names.isOfReports(effect) : point.equals(effect);
  }

  /** As a line of the switch. */
  String line() {
    return "%d %s %s %d %s".formatted(nth, after ? "after" : "before", manner.word(), count, point);
  }

  /**
   * Reads a line of the switch.
   *
   * @throws IllegalArgumentException when it is none
   */
  static Strike of(String line) {
    String[] words = line.split(" ", WORDS);
    if (words.length < WORDS || !(words[1].equals("before") || words[1].equals("after"))) {
      throw new IllegalArgumentException("not a strike: " + line);
    }
    return new Strike(
        words[4],
        Integer.parseInt(words[0]),
        words[1].equals("after"),
        Manner.of(words[2]),
        Integer.parseInt(words[3]));
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException when it is none
   */
  static Strike told(String text) {
    Matcher told = TOLD.matcher(text);
    if (!told.matches()) {
      throw new IllegalArgumentException("not a strike that was told of: " + text);
    }
    return of(
        told.group(3),
        Integer.parseInt(told.group(4)),
        told.group(2).equals("after"),
        Manner.of(told.group(1)));
  }

  /** Without its occurrence. */
  String way() {
    return "%s %s %s".formatted(manner.word(), after ? "after" : "before", point);
  }

  @Override
  public String toString() {
    return "%s #%d".formatted(way(), nth);
  }
}
