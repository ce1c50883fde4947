package io.fleetinstaller.api;

import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The jobs of this run of the daemon; the oldest that have ended are forgotten. Thread-safe. */
public final class Jobs {
  private static final int RADIX = 36;

  private final Time time;
  private final int kept;
  private final String prefix;
  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private long opened;

  /**
   * @param kept how many there may be, running and ended together
   */
  public Jobs(Time time, int kept) {
    this.time = time;
    this.kept = kept;
    // So that a client that polls across a restart is not shown somebody else's job.
    this.prefix = Long.toString(time.now().getEpochSecond(), RADIX);
  }

  /** A new running job; {@link Fault.Transient} when too many are running already. */
  public synchronized Job open(Command command) throws Fault.Transient {
    if (jobs.size() >= kept && !forgetOldest()) {
      throw new Fault.Transient(
          ReasonCode.BUSY,
          "cannot %s: %d requests are waiting already; try again when some are done"
              .formatted(command.verb().text(), kept));
    }
    opened++;
    Job job = new Job(prefix + "-" + opened, command, time);
    jobs.put(job.id(), job);
    return job;
  }

  private boolean forgetOldest() {
    for (Iterator<Job> all = jobs.values().iterator(); all.hasNext(); ) {
      if (all.next().ended()) {
        all.remove();
        return true;
      }
    }
    return false;
  }

  public synchronized Optional<Job> find(String id) {
    return Optional.ofNullable(jobs.get(id));
  }
}
