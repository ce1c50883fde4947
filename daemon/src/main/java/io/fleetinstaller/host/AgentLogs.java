package io.fleetinstaller.host;

import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.io.RotatingLog;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the agents of a supervised host wrote: {@code logs/<package>/<service>.log} and one older
 * file beside it, 1 MiB each. Thread-safe.
 */
final class AgentLogs {
  private static final Logger LOG = LoggerFactory.getLogger(AgentLogs.class);
  private static final long LIMIT = 1024 * 1024;

  private final HostContext context;
  private final Map<Path, RotatingLog> open = new HashMap<>();

  AgentLogs(HostContext context) {
    this.context = context;
  }

  /** The log of a service, made on first use and kept open after. */
  synchronized RotatingLog of(PackageName name, String service) {
    Path directory = context.state().resolve("logs").resolve(name.value());
    Path log = directory.resolve(service + ".log");
    try {
      Quarantine.directory(context.disk(), directory, 0700);
      Quarantine.clear(context.disk(), log);
    } catch (IOException e) {
      // Better a service without a log than none.
      LOG.warn("cannot keep a log of {}: {}", service, e.getMessage());
    }
    return open.computeIfAbsent(log, file -> new RotatingLog(file, LIMIT));
  }

  List<String> tail(PackageName name, String service, Instant since, int lines) throws Fault {
    try {
      return of(name, service).tail(since, lines);
    } catch (IOException e) {
      throw unusable("read the log of " + service, e);
    }
  }

  private static Fault unusable(String what, IOException e) {
    return new Fault.Transient(
        ReasonCode.IO_ERROR,
        "cannot %s: %s; is the state directory's disk full or read-only?"
            .formatted(what, e.getMessage()));
  }
}
