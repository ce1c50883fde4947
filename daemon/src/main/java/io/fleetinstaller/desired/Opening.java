package io.fleetinstaller.desired;

import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A wait for windows.
 *
 * @param closed those that are closed now
 * @param at when all are open; empty: they never are
 */
record Opening(List<Window> closed, Optional<Instant> at) {

  /** The wait at this moment; empty: all are open. */
  static Optional<Opening> of(Collection<Window> windows, Instant now) {
    List<Window> closed = windows.stream().filter(window -> !window.openAt(now)).toList();
    return closed.isEmpty()
        ? Optional.empty()
        : Optional.of(new Opening(closed, Window.next(windows, now)));
  }

  /**
   * @param who waits
   */
  Reason reason(String who) {
    return new Reason(ReasonCode.WINDOW, who + " " + words());
  }

  String words() {
    String windows = closed.stream().map(Window::toString).collect(Collectors.joining("; and "));
    String until =
        at.map(when -> "which opens at " + when)
            .orElse("which is never open together with all others; change one of them");
    return "waits for the window %s, %s".formatted(windows, until);
  }
}
