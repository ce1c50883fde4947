package io.fleetinstaller.desired;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a deployment waits for that time alone ends, and until when.
 *
 * @param windows that must all be open
 */
record Timing(Deployment deployment, Share share, List<Window> windows, Instant now) {

  /**
   * The wish, behind the wave of this host and then behind the windows.
   *
   * @param opens when the wave comes; empty: never
   */
  Desired.Want behind(Optional<Instant> opens, Desired.Want then) {
    if (opens.isEmpty()) {
      return new Desired.Later(then, never(), Optional.empty());
    }
    return opens.filter(now::isBefore).isPresent()
        ? later(then, wave(opens.get()), opens)
        : Opening.of(windows, now)
            .map(wait -> later(then, wait.reason(deployment.title()), wait.at()))
            .orElse(then);
  }

  private Reason never() {
    return new Reason(
        ReasonCode.WAVE,
        "%s ends before it reaches this host, which stands at %s %% of the fleet"
            .formatted(deployment.title(), share));
  }

  private Reason wave(Instant opens) {
    String what =
        deployment
            .rollout()
            .wave(share)
            .map(wave ->
                "reaches this host, which stands at %s %%, with its wave of %d %% of the fleet"
                    .formatted(share, wave.percent()))
            .orElse("begins");
    List<String> behind =
        Opening.of(windows, opens)
            .map(wait -> List.of("then it " + wait.words()))
            .orElseGet(List::of);
    return new Reason(
        ReasonCode.WAVE, "%s %s at %s".formatted(deployment.title(), what, opens), behind);
  }

  /** A wait that the deployment itself does not live to see has no end. */
  private Desired.Want later(Desired.Want then, Reason why, Optional<Instant> until) {
    boolean inVain = until.isPresent() && deployment.over(until.get());
    return inVain
        ? new Desired.Later(
            then,
            new Reason(
                why.code(),
                "%s, but it is over at %s"
                    .formatted(why.sentence(), deployment.notAfter().orElseThrow()),
                why.evidence()),
            Optional.empty())
        : new Desired.Later(then, why, until);
  }
}
