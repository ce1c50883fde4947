package io.fleetinstaller.host;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an operating system must offer. Every method that changes something is idempotent and says
 * so in the log before it acts. The owner thread calls those that change; {@link #state}, {@link
 * #log} and {@link #run} may be called from any thread.
 */
public interface Host extends AutoCloseable {

  /**
   * Refuses a slot that this host cannot run, or whose units or paths belong to somebody else.
   * Changes nothing.
   */
  void check(Slot slot) throws Fault, InterruptedException;

  /** What brings the old copy back when neither candidate nor daemon can. */
  Guard guard();

  /**
   * Puts the slot's accounts, directories, config files and units in place, and takes away the
   * units that only the replaced slot had. Called before {@code current} moves; nothing is
   * restarted. A unit that is new is enabled, others stay as they were.
   */
  void install(Slot slot, Optional<Slot> replaced) throws Fault, InterruptedException;

  /**
   * Makes the init system see what {@link #install} and the guard wrote. Called before {@code
   * current} names a candidate, and after it does no more.
   */
  void reload() throws Fault, InterruptedException;

  /**
   * Stops the slot's services, at last by force, and starts them from {@code current}, in order.
   * Returns when they were started or failed to.
   */
  void restart(Slot slot) throws Fault, InterruptedException;

  /**
   * Stops the slot's services, at last by force, and leaves them down until the next {@link
   * #restart}; a service that does not run is left alone.
   */
  void stop(Slot slot) throws Fault, InterruptedException;

  /** Stops and removes the slot's services; its accounts, directories and config files stay. */
  void uninstall(Slot slot) throws Fault, InterruptedException;

  /** What the init system says of a service of this package right now. */
  ServiceState state(PackageName name, String service) throws Fault, InterruptedException;

  /**
   * The last lines of the service's own log since this instant, oldest first, cut to a sane length.
   */
  List<String> log(PackageName name, String service, Instant since, int lines)
      throws Fault, InterruptedException;

  /**
   * Runs a program of the slot to its end, outside the daemon's own sandbox; killed at the timeout.
   */
  Exit run(Slot slot, List<String> argv, Duration timeout) throws Fault, InterruptedException;

  /**
   * Services that should run and are known to this host, started again after the daemon's own
   * start; the supervised host starts its children here.
   */
  void resume(List<Slot> current) throws Fault, InterruptedException;

  /** Whether services go on when the daemon ends. */
  boolean outlives();

  /**
   * Tells whoever started the daemon that it is up. Called when the local API answers, by a
   * candidate of the daemon itself when it begins to watch itself; told again it changes nothing.
   * Does nothing where nobody asks.
   */
  void ready() throws Fault, InterruptedException;

  /** Who ends this process when it falls silent; empty: nobody. */
  default Optional<Watchdog> watchdog() {
    return Optional.empty();
  }

  /**
   * Clean shutdown of the daemon: the supervised host stops its children, others leave the services
   * alone.
   */
  @Override
  void close();

  /**
   * How a program ended, with the last lines it wrote. Status is 128 + signal for one that was
   * killed; timedOut: we killed it.
   */
  record Exit(int status, boolean timedOut, List<String> output) {
    public Exit {
      output = List.copyOf(output);
    }
  }
}
