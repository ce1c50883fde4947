package io.fleetinstaller.packaging.lab;

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

  @Override
  public String toString() {
    return name;
  }
}
