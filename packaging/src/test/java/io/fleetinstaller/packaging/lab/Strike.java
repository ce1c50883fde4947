package io.fleetinstaller.packaging.lab;

/**
 * One fault, to happen once.
 *
 * @param point the name of the effect, or {@code *} for any
 * @param nth at which occurrence of it, counted from 1 since the switch was set or the strike
 *     before
 * @param after whether the effect is carried out first
 * @param count see {@link Manner}
 */
record Strike(String point, int nth, boolean after, Manner manner, int count) {
  static final String ANY = "*";

  private static final int WORDS = 5;

  static Strike before(String point, int nth, Manner manner) {
    return new Strike(point, nth, false, manner, 1);
  }

  boolean names(String effect) {
    return point.equals(ANY) || point.equals(effect);
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

  /** Without its occurrence. */
  String way() {
    return "%s %s %s".formatted(manner.word(), after ? "after" : "before", point);
  }

  @Override
  public String toString() {
    return "%s #%d".formatted(way(), nth);
  }
}
