package io.fleetinstaller.health;

/** One question, ready to be asked again and again. */
interface Probe {

  /** The question in words, e.g. {@code http http://127.0.0.1:9100/}. */
  String question();

  /** A probe that is only wanted is recorded and never decides. */
  boolean required();

  /** Asks once; ends soon after an interrupt. Runs on a thread of its own. */
  Answer ask() throws InterruptedException;
}
