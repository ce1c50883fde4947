package io.fleetinstaller.packaging.cuts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * When the power goes.
 *
 * @param release to which the machine upgrades then
 * @param millis after it was asked for; counts where there is no strike
 * @param strike a line of the fault switch: the effect of the daemon at which it goes
 */
record Cut(String release, long millis, Optional<String> strike) {

  /** An upgrade on which nothing went wrong: how long it took, and the daemon's effects in turn. */
  record Course(String release, long millis, List<String> effects) {
    Course {
      effects = List.copyOf(effects);
    }

    private Cut at(int effect, boolean after) {
      String name = effects.get(effect);
      long nth = effects.subList(0, effect + 1).stream().filter(name::equals).count();
      String line = "%d %s cut 1 %s".formatted(nth, after ? "after" : "before", name);
      return new Cut(release, 0, Optional.of(line));
    }
  }

  /**
   * Every second one at an effect, spread evenly over all of them, before it and after it; the
   * others at random moments. Two of three on the way there, one on the way back. In no order, so
   * that those of a run that is stopped early lie everywhere, too.
   */
  static List<Cut> plan(int count, Course there, Course back, Random random) {
    List<Cut> cuts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Course course = i % 3 < 2 ? there : back;
      if (i % 2 == 0) {
        int of = course.effects().size();
        int stratum = (int) ((long) i * of / count);
        int next = (int) ((long) (i + 2) * of / count);
        int effect = Math.min(of - 1, stratum + random.nextInt(Math.max(1, next - stratum)));
        cuts.add(course.at(effect, random.nextBoolean()));
      } else {
        cuts.add(new Cut(course.release(), random.nextLong(course.millis()), Optional.empty()));
      }
    }
    Collections.shuffle(cuts, random);
    return cuts;
  }

  @Override
  public String toString() {
    return release + ": " + strike.orElse("after " + millis + " ms");
  }
}
