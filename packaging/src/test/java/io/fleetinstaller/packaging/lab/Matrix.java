package io.fleetinstaller.packaging.lab;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Which runs there are: every effect of every route, in every manner, and a sample of pairs. */
final class Matrix {
  /** What a second fault may be one of. */
  private static final List<Manner> SECOND =
      List.of(
          Manner.KILL,
          Manner.CUT,
          Manner.EIO,
          Manner.ENOSPC,
          Manner.DIE,
          Manner.CUT_DEAD,
          Manner.STOP,
          Manner.SLOW);

  private static final int EFFECTS_OF_A_RECOVERY = 30;

  private final Map<Route, List<Strike>> points = new LinkedHashMap<>();

  /**
   * Takes a recording in.
   *
   * @param known routes with which a beginning in common need not be tried again
   */
  void add(Route route, List<String> recorded, List<List<String>> known) {
    List<String> effects = inTurn(recorded);
    int common = known.stream().mapToInt(it -> common(inTurn(it), effects)).max().orElse(0);
    Map<String, Integer> totals = new HashMap<>();
    effects.forEach(it -> totals.merge(it, 1, Integer::sum));
    Map<String, Integer> counts = new HashMap<>();
    List<Strike> strikes = new ArrayList<>();
    for (int i = 0; i < effects.size(); i++) {
      String effect = effects.get(i);
      int nth = counts.merge(effect, 1, Integer::sum);
      if (i >= common && (!isBulk(effect) || isOneOfThree(nth, totals.get(effect)))) {
        strikes.add(Strike.before(effect, nth, Manner.KILL));
      }
    }
    if (points.keySet().stream().noneMatch(it -> it.isOwn() == route.isOwn())) {
      strikes.addAll(ofReports(recorded));
    }
    points.put(route, strikes);
  }

  /** Those that come one after the other: reports have a thread of their own. */
  private static List<String> inTurn(List<String> recorded) {
    return recorded.stream().filter(it -> !Names.isOfReports(it)).toList();
  }

  /** The first of each name and one in the middle; how many there are, time decides. */
  private static List<Strike> ofReports(List<String> recorded) {
    Map<String, Integer> totals = new LinkedHashMap<>();
    recorded.stream().filter(Names::isOfReports).forEach(it -> totals.merge(it, 1, Integer::sum));
    return totals.entrySet().stream()
        .flatMap(it ->
            IntStream.of(1, (it.getValue() + 1) / 2)
                .distinct()
                .mapToObj(nth -> Strike.before(it.getKey(), nth, Manner.KILL)))
        .toList();
  }

  int points() {
    return points.values().stream().mapToInt(List::size).sum();
  }

  /** Every point in every manner. */
  List<Run> all() {
    List<Run> runs = new ArrayList<>();
    points.forEach((route, strikes) ->
        strikes.forEach(it -> manners(it).forEach(strike -> runs.add(Run.of(route, strike)))));
    return runs;
  }

  /** Every effect by its name in every manner; a name stands for all occurrences, on all routes. */
  Set<String> ways() {
    return all().stream().map(Run::way).collect(Collectors.toSet());
  }

  /**
   * As many of them: one of each route and manner, then one of each way, before a second one of
   * any; else each as likely as the other.
   *
   * @param tried ways that are no longer asked for
   */
  List<Run> sample(int size, Set<String> tried, Random random) {
    List<Run> all = new ArrayList<>(all());
    all.removeIf(it -> tried.contains(it.way()));
    Collections.shuffle(all, random);
    Set<Run> chosen = new LinkedHashSet<>();
    Set<String> seen = new HashSet<>();
    all.stream().filter(it -> seen.add(it.route() + it.kind())).forEach(chosen::add);
    chosen.forEach(it -> seen.add(it.way()));
    all.stream().filter(it -> seen.add(it.way())).forEach(chosen::add);
    chosen.addAll(all);
    return new ArrayList<>(chosen).subList(0, Math.min(size, chosen.size()));
  }

  /** A fault, and another one during the recovery from it. */
  List<Run> pairs(int size, Random random) {
    List<Run> all = all();
    List<Run> pairs = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Run first = all.get(random.nextInt(all.size()));
      Manner manner = SECOND.get(random.nextInt(SECOND.size()));
      int nth = 1 + random.nextInt(EFFECTS_OF_A_RECOVERY);
      Strike second = Strike.of(Strike.ANY, nth, random.nextBoolean(), manner);
      pairs.add(Run.of(first.route(), first.strikes().getFirst(), second));
    }
    return pairs;
  }

  private static List<Strike> manners(Strike at) {
    List<Strike> strikes = new ArrayList<>();
    for (Manner manner : List.of(Manner.KILL, Manner.CUT, Manner.DIE, Manner.CUT_DEAD)) {
      strikes.add(Strike.before(at.point(), at.nth(), manner));
    }
    if (!isBulk(at.point())) {
      strikes.add(Strike.before(at.point(), at.nth(), Manner.STOP));
    }
    strikes.add(Strike.before(at.point(), at.nth(), Manner.EIO));
    strikes.add(Strike.of(at.point(), at.nth(), true, Manner.EIO));
    if (grows(at.point())) {
      strikes.add(Strike.before(at.point(), at.nth(), Manner.ENOSPC));
    }
    return strikes;
  }

  private static boolean grows(String point) {
    return !point.startsWith("delete ")
        && !point.startsWith("truncate ")
        && !point.startsWith("systemctl ");
  }

  private static boolean isBulk(String effect) {
    return effect.contains("staged ");
  }

  private static boolean isOneOfThree(int nth, int total) {
    return nth == 1 || nth == total || nth == (total + 1) / 2;
  }

  private static int common(List<String> one, List<String> other) {
    int same = 0;
    while (same < Math.min(one.size(), other.size()) && one.get(same).equals(other.get(same))) {
      same++;
    }
    return same;
  }
}
