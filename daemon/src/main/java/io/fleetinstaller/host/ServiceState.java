package io.fleetinstaller.host;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A service as its init system sees it.
 *
 * @param mainPid of the running main process
 * @param executable what the main process runs, with links resolved; for a script, the script and
 *     not its interpreter
 * @param invocation changes with every start of the service; empty when it never ran
 * @param restarts made by the init system by itself since the service was last started on purpose
 * @param lastExit in words, e.g. {@code status 1} or {@code signal SEGV}, or {@link
 *     #START_TIMEOUT}; empty while nothing has exited
 */
public record ServiceState(
    Phase phase,
    OptionalLong mainPid,
    Optional<Path> executable,
    String invocation,
    int restarts,
    Optional<String> lastExit) {

  /** The {@link #lastExit} of a service that the init system ended since it was not up in time. */
  public static final String START_TIMEOUT = "start timeout";

  /** Where in its life the service is. */
  public enum Phase {
    /** Not running, and nothing says that it failed: never started, or stopped on purpose. */
    STOPPED,
    STARTING,
    RUNNING,
    STOPPING,
    /** The init system waits before it starts it again. */
    RESTARTING,
    /** Ended by itself, in whatever way, and will not be started again. */
    FAILED,
    /** The init system does not know it. */
    UNKNOWN
  }
}
