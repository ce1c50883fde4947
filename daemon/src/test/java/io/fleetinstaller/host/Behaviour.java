package io.fleetinstaller.host;

/**
 * How a service of the contract behaves. Whoever can be started writes {@code <version> begins}.
 */
public enum Behaviour {
  /** Runs until it is asked to end. */
  SERVES("trap 'exit 0' TERM; sleep 1000000 & wait"),
  /** Exits with status 3 at once, each time it is started. */
  EXITS("exit 3"),
  /** Runs, and does not hear the polite signal. */
  IGNORES_TERM("trap '' TERM; while :; do sleep 1000000; done");

  private final String body;

  Behaviour(String body) {
    this.body = body;
  }

  /** A shell script that behaves so. */
  public String script(String version) {
    return "#!/bin/sh\necho \"%s begins\"\n%s\n".formatted(version, body);
  }
}
