package io.fleetinstaller.packaging.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which version served, and since when, in nanoseconds since the machine was booted. */
record Timeline(List<Moment> moments) {
  private static final String NONE = "-";
  private static final String START = "start";

  /**
   * From here on.
   *
   * @param version the one that serves; {@code -} for none; {@code start} when nobody looked before
   */
  record Moment(long at, String version) {
    boolean serves() {
      return !version.equals(NONE) && !version.equals(START);
    }
  }

  Timeline {
    moments = List.copyOf(moments);
  }

  static Timeline of(List<String> lines) {
    List<Moment> moments = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.split(" ", 2);
      if (words.length == 2) {
        moments.add(new Moment(Long.parseLong(words[0]), words[1]));
      }
    }
    return new Timeline(moments);
  }

  Timeline since(long nanos) {
    return new Timeline(moments.stream().filter(it -> it.at() >= nanos).toList());
  }

  /** When something served for the first time. */
  Optional<Long> firstServing() {
    return moments.stream().filter(Moment::serves).findFirst().map(Moment::at);
  }

  /** The longest time, in milliseconds, in which nothing served before something did again. */
  long longestOutage() {
    long longest = 0;
    long down = -1;
    for (Moment moment : moments) {
      if (moment.serves()) {
        longest = down < 0 ? longest : Math.max(longest, moment.at() - down);
        down = -1;
      } else {
        // of a machine without power only the time since power-on counts
        down = down < 0 || moment.version().equals(START) ? moment.at() : down;
      }
    }
    return longest / 1_000_000;
  }
}
