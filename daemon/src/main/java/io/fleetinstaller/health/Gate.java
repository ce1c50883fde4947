package io.fleetinstaller.health;

import io.fleetinstaller.host.Host;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.Release;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health decision. The services are looked at five times a second, so that an exit decides at
 * once; the probes are asked in rounds. Holds no state between trials.
 */
public final class Gate {
  static final Duration POLL = Duration.ofMillis(200);

  /** The last words of a process reach its log a moment after its end. */
  static final Duration LAST_WORDS = Duration.ofMillis(500);

  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

  private final Host host;
  private final Time time;

  public Gate(Host host, Time time) {
    this.host = host;
    this.time = time;
  }

  /**
   * Watches a copy that was just started until it is clear whether it is well; that takes at most
   * twice the deadline of its terms and one round. A trial that is begun again, after the daemon
   * was restarted, has its whole deadline again.
   */
  public Verdict observe(Trial trial, Onlooker onlooker) throws InterruptedException {
    Observation observation = new Observation(host, time, trial);
    Ending ending = observation.run(onlooker);
    List<String> evidence = new ArrayList<>(observation.evidence());
    if (ending instanceof Ending.Condemned) {
      time.sleep(LAST_WORDS);
    }
    evidence.addAll(LastWords.of(host, trial.slot(), trial.since()));
    Release release = trial.slot().release();
    return switch (ending) {
      case Ending.Confirmed _ -> {
        LOG.atInfo().addKeyValue("package", release.name()).log("{} is well", release);
        yield new Verdict.Well(evidence);
      }
      case Ending.Condemned(var code, var why) -> {
        String sentence = "cannot %s %s: %s".formatted(trial.aim(), release, why);
        LOG.atInfo().addKeyValue("package", release.name()).log("{}: {}", code.text(), sentence);
        yield new Verdict.Unwell(new Reason(code, sentence, evidence));
      }
    };
  }
}
