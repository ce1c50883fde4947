package io.fleetinstaller.packaging.lab;

import java.util.List;
import java.util.function.Consumer;

/**
 * Something that goes wrong beside the fault points.
 *
 * @param quick whether the short run has time for it
 */
record Scenario(String name, Route route, boolean quick, Consumer<Stage> script) {

  static Scenario quick(String name, Route route, Consumer<Stage> script) {
    return new Scenario(name, route, true, script);
  }

  static Scenario slow(String name, Route route, Consumer<Stage> script) {
    return new Scenario(name, route, false, script);
  }

  /**
   * What came of it.
   *
   * @param broken what did not hold
   * @param outage how long nothing served, in milliseconds, while the machine had power
   */
  record Outcome(List<String> broken, long outage) {
    Outcome {
      broken = List.copyOf(broken);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
