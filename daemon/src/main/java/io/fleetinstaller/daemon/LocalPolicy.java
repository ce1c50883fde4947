package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.Policy;
import io.fleetinstaller.desired.PolicyFile;
import io.fleetinstaller.release.Fault;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The policy that people made on this host, in memory as on disk. Thread-safe. */
final class LocalPolicy {
  private static final Logger LOG = LoggerFactory.getLogger(LocalPolicy.class);

  private final PolicyFile file;
  private volatile Policy policy;

  /** Reads it; a damaged file is moved aside and never stops the start. */
  LocalPolicy(PolicyFile file) throws Fault {
    this.file = file;
    this.policy = readOrSetAside(file);
  }

  private static Policy readOrSetAside(PolicyFile file) throws Fault {
    try {
      return file.read();
    } catch (Fault.Refused damaged) {
      LOG.error(
          "{}; it is moved aside and local holds and overrides are forgotten",
          damaged.getMessage());
      LOG.warn("it now lies at {}", file.quarantine());
      return Policy.EMPTY;
    }
  }

  Policy now() {
    return policy;
  }

  /** Changes it, durably before anybody sees it. */
  synchronized void change(UnaryOperator<Policy> change) throws Fault {
    Policy next = change.apply(policy);
    if (!next.equals(policy)) {
      file.write(next);
      policy = next;
    }
  }
}
