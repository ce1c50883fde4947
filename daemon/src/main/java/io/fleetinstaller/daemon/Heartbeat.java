package io.fleetinstaller.daemon;

import io.fleetinstaller.host.Watchdog;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the watchdog that the daemon lives, as long as its own socket answers: a daemon that nobody
 * can ask any more is ended and started again.
 */
final class Heartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private final Watchdog watchdog;
  private final Question question;
  private final Time time;
  private final Thread thread;

  /** Asks something of the daemon's own socket. */
  @FunctionalInterface
  interface Question {
    void ask() throws Fault;
  }

  private Heartbeat(Watchdog watchdog, Question question, Time time) {
    this.watchdog = watchdog;
    this.question = question;
    this.time = time;
    this.thread = Thread.ofPlatform().daemon().name("heartbeat").unstarted(this::beat);
  }

  static Heartbeat start(Watchdog watchdog, Question question, Time time) {
    Heartbeat heartbeat = new Heartbeat(watchdog, question, time);
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
    try {
      question.ask();
    } catch (Fault fault) {
      if (fault.reason().code() == ReasonCode.DAEMON_DOWN) {
        LOG.error("not telling the watchdog that this daemon lives: {}", fault.getMessage());
        return;
      }
      // Whoever refuses, or has no time, lives.
      LOG.debug("the own socket answers: {}", fault.getMessage());
    }
    try {
      watchdog.ear().alive();
    } catch (Fault fault) {
      LOG.warn("{}", fault.getMessage());
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
