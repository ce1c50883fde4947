package io.fleetinstaller.daemon;

import io.fleetinstaller.host.Watchdog;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the watchdog that the daemon lives, as long as its own socket answers: a daemon that nobody
 * can ask any more is ended and started again. While nothing is under way the socket is asked every
 * five minutes or so: else that would be much of what a daemon at rest costs.
 */
final class Heartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  /** So many beats from one question to the next while nothing is under way. */
  private static final int AT_REST = 45;

  private final Watchdog watchdog;
  private final Question question;
  private final BooleanSupplier atRest;
  private final Time time;
  private final Thread thread;

  /** Since the socket last answered; the first beat asks. */
  private int beats = AT_REST;

  /** Asks something of the daemon's own socket. */
  @FunctionalInterface
  interface Question {
    void ask() throws Fault;
  }

  private Heartbeat(Watchdog watchdog, Question question, BooleanSupplier atRest, Time time) {
    this.watchdog = watchdog;
    this.question = question;
    this.atRest = atRest;
    this.time = time;
    this.thread = Thread.ofPlatform().daemon().name("heartbeat").unstarted(this::beat);
  }

  /**
   * @param atRest whether nothing is under way
   */
  static Heartbeat start(Watchdog watchdog, Question question, BooleanSupplier atRest, Time time) {
    Heartbeat heartbeat = new Heartbeat(watchdog, question, atRest, time);
    heartbeat.thread.start();
    return heartbeat;
  }

  /** How long the socket may take to answer, if one question that failed is to end nothing. */
  static Duration interval(Watchdog watchdog) {
    return watchdog.patience().dividedBy(3);
  }

  private void beat() {
    try {
      while (true) {
        once();
        time.sleep(interval(watchdog));
      }
    } catch (InterruptedException _) {
      LOG.debug("the heart stops with the daemon");
    }
  }

  private void once() {
    beats++;
    if (beats >= AT_REST || !atRest.getAsBoolean()) {
      if (!answers()) {
        beats = AT_REST;
        return;
      }
      beats = 0;
    }
    try {
      watchdog.ear().alive();
    } catch (Fault fault) {
      LOG.warn("{}", fault.getMessage());
    }
  }

  private boolean answers() {
    try {
      question.ask();
    } catch (Fault fault) {
      if (fault.reason().code() == ReasonCode.DAEMON_DOWN) {
        LOG.error("not telling the watchdog that this daemon lives: {}", fault.getMessage());
        return false;
      }
      // Whoever refuses, or has no time, lives.
      LOG.debug("the own socket answers: {}", fault.getMessage());
    }
    return true;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
