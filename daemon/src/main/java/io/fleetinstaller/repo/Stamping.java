package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Says to the hosts that what is published still counts: a new timestamp, and a new snapshot when
 * the old one is past half of its life. Meant for a timer.
 */
public record Stamping(Workplace place) {

  public Outcome stamp() throws Fault, InterruptedException {
    Lifetimes lifetimes = place.lifetimes();
    Online online = new Online(place, root());
    Sheet snapshot = inForce(RoleName.SNAPSHOT);
    Instant expires = snapshot.statement().edition().expires();
    Duration left = Duration.between(place.now(), expires);
    Map<String, byte[]> files = new LinkedHashMap<>();
    boolean old = left.compareTo(lifetimes.snapshot().dividedBy(2)) < 0;
    boolean renew = old && online.able(RoleName.SNAPSHOT);
    if (old && !renew && left.compareTo(lifetimes.timestamp()) < 0) {
      throw new Refused(
          ReasonCode.METADATA_EXPIRED,
          "cannot go on with snapshot %d: it expires at %s, before the new timestamp would; bring the snapshot key"
              .formatted(snapshot.statement().edition().version(), expires));
    }
    if (renew) {
      snapshot = online.snapshot(((SnapshotStatement) snapshot.statement()).roles());
      long version = snapshot.statement().edition().version();
      files.put(Published.METADATA + RoleName.SNAPSHOT.file(version), snapshot.bytes());
    }
    Sheet timestamp = online.timestamp(snapshot);
    files.put(Published.METADATA + RoleName.TIMESTAMP.file(), timestamp.bytes());
    Staged staged = new Staged(place.published().folder(), files);
    Visit.Found found = new Visit(place).look(staged, place.now());
    staged.write();
    Outcome done = outcome(timestamp, renew);
    for (String note : found.notes()) {
      done = done.line(note);
    }
    return old && !renew
        ? done.line("note: snapshot expires at %s; bring its key".formatted(expires))
        : done;
  }

  // A root that is only drafted is not for today.
  private RootStatement root() throws Fault {
    return (RootStatement) inForce(RoleName.ROOT).statement();
  }

  private Sheet inForce(RoleName role) throws Fault {
    Optional<Sheet> sheet = place.published().sheet(role);
    return sheet.orElseThrow(() ->
        new Refused(
            ReasonCode.NOT_FOUND,
            "cannot make a timestamp: nothing is published yet; run 'repo publish' first"));
  }

  private static Outcome outcome(Sheet timestamp, boolean renewed) {
    Statement.Edition edition = timestamp.statement().edition();
    return Outcome.said(
            "timestamp %d is good until %s%s"
                .formatted(
                    edition.version(), edition.expires(), renewed ? "; the snapshot is new" : ""))
        .with("timestamp", edition.version())
        .with("expires", edition.expires())
        .with("snapshotRenewed", renewed);
  }
}
