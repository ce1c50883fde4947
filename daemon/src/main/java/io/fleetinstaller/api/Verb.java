package io.fleetinstaller.api;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a person can ask the daemon to do. */
public enum Verb {
  INSTALL(true),
  UPGRADE(true),
  /** To the previous slot, without any network. */
  ROLLBACK(true),
  REMOVE(true),
  HOLD(true),
  UNHOLD(true),
  /** Keeps a package at one release: the one that is named, else the one that runs. */
  PIN(true),
  /** Drops the local override or pin, so that config decides again. */
  UNPIN(true),
  /** Polls now. With a package: also forgets that a release of it failed, so that it is retried. */
  POLL(false),
  /** Forgets the latest time that signed config proved, then polls: the clock had been ahead. */
  RESET_CLOCK(false),
  /** Re-hashes the slots of one package or of all. */
  VERIFY(false);

  private final boolean needsPackage;

  Verb(boolean needsPackage) {
    this.needsPackage = needsPackage;
  }

  public boolean needsPackage() {
    return needsPackage;
  }

  /** As it stands in requests and on the command line. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Any text that is no verb is an {@link IllegalArgumentException} that lists the verbs. */
  static Verb parse(String text) {
    return Arrays.stream(values())
        .filter(verb -> verb.text().equals(text))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                Arrays.stream(values())
                    .map(Verb::text)
                    .collect(Collectors.joining(", ", "it must be one of ", ""))));
  }
}
