package io.fleetinstaller.packaging.cuts;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * When the power goes.
 *
 * @param release to which the machine upgrades then
 * @param millis after it was asked for; counts where there is no strike
 * @param strike a line of the fault switch: the effect of the daemon at which it goes
 * @param clock what the machine believes when it is switched on again
 * @param chance what of all that its disk had not flushed is lost
 */
record Cut(String release, long millis, Optional<String> strike, Clock clock, int chance) {
  private static final Pattern TOLD =
      Pattern.compile(
          "([a-z]+): (?:after ([0-9]{1,9}) ms|([0-9]+ .+?))(?:, then the clock at ([A-Z_]+))?, lost by ([0-9]{1,9})");

  /** Chances that are told from each other. */
  static final int CHANCES = 1_000_000;

  /** The clock of a machine, which a battery keeps or does not. */
  enum Clock {
    RIGHT,
    EPOCH,
    TEN_YEARS_ON;

    /** Of every sixteen machines two wake in 1970, and two in ten years. */
    static Clock ofTurn(int turn) {
      return switch (turn % 16) {
        case 3, 12 -> EPOCH;
        case 5, 10 -> TEN_YEARS_ON;
        default -> RIGHT;
      };
    }

    /**
     * Whether a machine may believe this then: systemd lets none be before the day when it was
     * built itself, which may be a late one.
     */
    boolean shows(Instant time, Instant now) {
      Duration ahead = Duration.between(now, time);
      return switch (this) {
        case RIGHT -> ahead.abs().compareTo(Duration.ofDays(1)) < 0;
        case EPOCH -> ahead.compareTo(Duration.ofHours(-1)) < 0;
        case TEN_YEARS_ON -> ahead.compareTo(Duration.ofDays(3600)) > 0;
      };
    }

    /** As qemu wants it; empty where it is right. */
    String base() {
      return switch (this) {
        case RIGHT -> "";
        case EPOCH -> "1970-01-01T00:00:00";
        case TEN_YEARS_ON -> LocalDateTime.now(ZoneOffset.UTC).plusYears(10).withNano(0).toString();
      };
    }
  }

  /** An upgrade on which nothing went wrong: how long it took, and the daemon's effects in turn. */
  record Course(String release, long millis, List<String> effects) {
    Course {
      effects = List.copyOf(effects);
      if (effects.isEmpty()) {
        throw new IllegalArgumentException("nothing was recorded on the way to " + release);
      }
    }

    /**
     * So many lines of the fault switch: an effect of every name, wherever it comes, before a
     * second one of any; and every effect before one is struck again.
     */
    private Iterator<String> strikes(int count, Random random) {
      Map<String, List<Integer>> turns = new LinkedHashMap<>();
      for (String name : effects) {
        List<Integer> ofName = turns.computeIfAbsent(name, _ -> new ArrayList<>());
        ofName.add(ofName.size() + 1);
      }
      List<String> names = new ArrayList<>(turns.keySet());
      Collections.shuffle(names, random);
      names.forEach(name -> Collections.shuffle(turns.get(name), random));
      List<Effect> all = new ArrayList<>();
      for (int i = 0; all.size() < effects.size(); i++) {
        int turn = i;
        names.stream()
            .filter(name -> turn < turns.get(name).size())
            .forEach(name -> all.add(new Effect(name, turns.get(name).get(turn))));
      }
      return IntStream.range(0, count)
          .mapToObj(i -> all.get(i % all.size()).struck(random.nextBoolean()))
          .iterator();
    }
  }

  /**
   * One of a course.
   *
   * @param nth of its name, counted from 1
   */
  private record Effect(String name, int nth) {
    String struck(boolean after) {
      return "%d %s cut 1 %s".formatted(nth, after ? "after" : "before", name);
    }
  }

  /**
   * Every second one at an effect, before it or after it; the others at random moments. Two of four
   * on the way there, two on the way back. In no order, so that those of a run that is stopped
   * early lie everywhere, too.
   */
  static List<Cut> plan(int count, Course there, Course back, Random random) {
    // every fourth cut is at an effect of one of them
    Iterator<String> strikesThere = there.strikes((count + 3) / 4, random);
    Iterator<String> strikesBack = back.strikes((count + 3) / 4, random);
    List<Cut> cuts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean goes = i % 4 < 2;
      Course course = goes ? there : back;
      Clock clock = Clock.ofTurn(i);
      int chance = random.nextInt(CHANCES);
      if (i % 2 == 0) {
        String strike = (goes ? strikesThere : strikesBack).next();
        cuts.add(new Cut(course.release(), 0, Optional.of(strike), clock, chance));
      } else {
        long millis = random.nextLong(course.millis());
        cuts.add(new Cut(course.release(), millis, Optional.empty(), clock, chance));
      }
    }
    Collections.shuffle(cuts, random);
    return cuts;
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException when it is none
   */
  static Cut told(String text) {
    Matcher told = TOLD.matcher(text);
    if (!told.matches()) {
      throw new IllegalArgumentException("not a cut that was told of: " + text);
    }
    return new Cut(
        told.group(1),
        told.group(2) == null ? 0 : Long.parseLong(told.group(2)),
        Optional.ofNullable(told.group(3)),
        told.group(4) == null ? Clock.RIGHT : Clock.valueOf(told.group(4)),
        Integer.parseInt(told.group(5)));
  }

  @Override
  public String toString() {
    String clocked = clock == Clock.RIGHT ? "" : ", then the clock at " + clock;
    String at = strike.orElse("after " + millis + " ms");
    return "%s: %s%s, lost by %d".formatted(release, at, clocked, chance);
  }
}
