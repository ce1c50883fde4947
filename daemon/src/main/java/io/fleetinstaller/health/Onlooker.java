package io.fleetinstaller.health;

/** Is told how a trial stands, several times a second, on the thread that observes. */
@FunctionalInterface
public interface Onlooker {
  void see(Standing standing);
}
