package io.fleetinstaller.desired;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.release.Fault.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * From when a deployment counts, and how fast it reaches its hosts.
 *
 * @param start empty: at once
 * @param waves none: every host from the start. The last need not reach all hosts
 */
public record Rollout(Optional<Instant> start, List<Wave> waves) {
  public static final Rollout AT_ONCE = new Rollout(Optional.empty(), List.of());

  public Rollout {
    waves = List.copyOf(waves);
    for (int i = 1; i < waves.size(); i++) {
      Wave before = waves.get(i - 1);
      if (waves.get(i).percent() <= before.percent()
          || waves.get(i).after().compareTo(before.after()) < 0) {
        throw new IllegalArgumentException(
            "wave %d must reach more hosts than the one before it, and not earlier"
                .formatted(i + 1));
      }
    }
  }

  /**
   * One step of a rollout.
   *
   * @param percent of the hosts that it has reached, those of earlier waves included
   * @param after from the start of the rollout, not from the wave before
   */
  public record Wave(int percent, Duration after) {
    public Wave {
      if (percent < 1 || percent > 100) {
        throw new IllegalArgumentException("%d percent is not 1 to 100".formatted(percent));
      }
    }
  }

  static Rollout of(Document document) throws Refused {
    Optional<Instant> start = document.optionalValue("start", Wording::instant);
    List<Wave> waves = new ArrayList<>();
    for (Document one : document.objects("waves")) {
      int percent = (int) one.number("percent", 1, 100);
      waves.add(new Wave(percent, one.duration("after", Duration.ZERO)));
      one.done();
    }
    document.done();
    try {
      return new Rollout(start, waves);
    } catch (IllegalArgumentException e) {
      throw document.refuse("waves", String.valueOf(e.getMessage()));
    }
  }

  /**
   * When a host with this share may go.
   *
   * @param earliest when the release was there, for a rollout that follows a channel
   * @return empty: never, because the waves end before they reach it
   */
  Optional<Instant> opens(Share share, Instant earliest) {
    Instant begin = start.filter(earliest::isBefore).orElse(earliest);
    return waves.isEmpty() ? Optional.of(begin) : wave(share).map(wave -> begin.plus(wave.after()));
  }

  /** The first wave that reaches a host with this share. */
  Optional<Wave> wave(Share share) {
    return waves.stream().filter(wave -> share.under(wave.percent())).findFirst();
  }

  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    Written.put(tree, "start", start);
    Written.put(tree, "waves", waves.stream().map(Rollout::tree).toList());
    return tree;
  }

  private static Map<String, Object> tree(Wave wave) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("percent", wave.percent());
    if (!wave.after().isZero()) {
      tree.put("after", Durations.text(wave.after()));
    }
    return tree;
  }
}
