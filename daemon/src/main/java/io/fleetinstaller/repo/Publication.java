package io.fleetinstaller.repo;

import io.fleetinstaller.desired.RemoteConfig;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Puts out what is signed: documents first, then roots and lists, the timestamp last. A client that
 * still sees the old timestamp sees the old world whole. What was public once is never deleted.
 */
public record Publication(Workplace place) {

  /**
   * Publishes all drafts.
   *
   * @param ready only those that are wholly signed; else one that is not refuses them all
   * @param late also what has waves that opened since it was drafted
   */
  public Outcome publish(boolean ready, boolean late) throws Fault, InterruptedException {
    place.lifetimes();
    Current chosen = ready ? signed(place.current()) : place.current();
    for (RoleName role : chosen.drafted()) {
      place.drafts().refuseOvertaken(role);
    }
    refuseUnsigned(chosen);
    if (chosen.drafts().isEmpty() && inForce(chosen)) {
      return Outcome.said("nothing new to publish; 'repo timestamp' says so to the hosts")
          .with("published", List.of());
    }
    Staged staged = staged(chosen);
    Visit.Found found = new Visit(place).look(staged, place.now());
    RemoteConfig next = Documents.parse(found.documents());
    List<String> warnings = new ArrayList<>(found.notes());
    warnings.addAll(refuseWrong(chosen, next));
    if (!late) {
      new LateWaves(new Documents(place).published(), next, place.now()).refuse();
    }
    staged.write();
    clear(chosen);
    return outcome(chosen, warnings);
  }

  /** True if every draft is wholly signed. */
  public boolean complete() throws Fault {
    return open(place.current()).isEmpty();
  }

  /** The largest part of the drafts that stands without the others. */
  private static Current signed(Current all) throws Fault {
    Current chosen = all;
    while (true) {
      List<RoleName> good = new ArrayList<>(chosen.drafts().keySet());
      for (Duty duty : open(chosen)) {
        // A list that trusts a role which has not signed cannot go out either.
        good.remove(good.contains(duty.role()) ? duty.role() : RoleName.TARGETS);
      }
      if (good.size() == chosen.drafts().size()) {
        return chosen;
      }
      chosen = chosen.only(good);
    }
  }

  private static List<Duty> open(Current current) throws Fault {
    List<Duty> open = new ArrayList<>();
    for (RoleName role : current.roles()) {
      boolean offline = !role.equals(RoleName.SNAPSHOT) && !role.equals(RoleName.TIMESTAMP);
      if (offline) {
        Optional<Sheet> sheet = current.sheet(role);
        for (Duty duty : current.duties(role)) {
          if (sheet.isEmpty() || !duty.done(sheet.get())) {
            open.add(duty);
          }
        }
      }
    }
    return open;
  }

  private void refuseUnsigned(Current chosen) throws Fault {
    List<String> words = new ArrayList<>();
    for (Duty duty : open(chosen)) {
      Optional<Sheet> sheet = chosen.sheet(duty.role());
      words.add(
          sheet.isEmpty()
              ? duty.role() + " has not signed anything yet"
              : new Signing(place).words(duty, sheet.get()));
    }
    if (!words.isEmpty()) {
      throw new Refused(
          new Reason(
              ReasonCode.BAD_SIGNATURE,
              "cannot publish: signatures are missing; 'repo sign' adds yours, 'repo publish --ready' leaves out what is not signed",
              words));
    }
  }

  // After a crash the newest root may be public while the timestamp is still of the old keys.
  private static boolean inForce(Current current) throws Fault {
    for (RoleName role : List.of(RoleName.SNAPSHOT, RoleName.TIMESTAMP)) {
      Optional<Sheet> sheet = current.sheet(role);
      if (sheet.isEmpty() || !sheet.get().satisfies(current.grant(role))) {
        return false;
      }
    }
    return true;
  }

  private Staged staged(Current chosen) throws Fault {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (RoleName role : chosen.drafted()) {
      if (!role.equals(RoleName.ROOT)) {
        targets(chosen.targets(role), files);
      }
    }
    for (RoleName role : chosen.drafted()) {
      put(files, role, chosen.draft(role));
    }
    Online online = new Online(place, chosen.root());
    Sheet snapshot = online.snapshot(meta(chosen));
    put(files, RoleName.SNAPSHOT, snapshot);
    files.put(Published.METADATA + RoleName.TIMESTAMP.file(), online.timestamp(snapshot).bytes());
    return new Staged(place.published().folder(), files);
  }

  private static void put(Map<String, byte[]> files, RoleName role, Sheet sheet) {
    files.put(Published.METADATA + role.file(sheet.statement().edition().version()), sheet.bytes());
  }

  private void targets(TargetsStatement statement, Map<String, byte[]> files) throws Fault {
    Documents documents = new Documents(place);
    documents
        .of(statement)
        .forEach(
            (path, bytes) -> files.put(Published.TARGETS + FileFacts.of(bytes).file(path), bytes));
  }

  private static SortedMap<RoleName, MetaFile> meta(Current chosen) throws Fault {
    SortedMap<RoleName, MetaFile> meta = new TreeMap<>();
    Optional<Sheet> before = chosen.published().sheet(RoleName.SNAPSHOT);
    if (before.isPresent() && before.get().statement() instanceof SnapshotStatement snapshot) {
      meta.putAll(snapshot.roles());
    }
    for (RoleName role : chosen.drafted()) {
      if (!role.equals(RoleName.ROOT)) {
        meta.put(role, MetaFile.of(chosen.draft(role)));
      }
    }
    return meta;
  }

  /** A document that goes out now must be right; of older ones it is said. */
  private static List<String> refuseWrong(Current chosen, RemoteConfig config) throws Fault {
    Set<String> fresh = new HashSet<>();
    for (RoleName role : chosen.drafted()) {
      if (!role.equals(RoleName.ROOT)) {
        fresh.addAll(chosen.targets(role).targets().keySet());
      }
    }
    List<String> warnings = new ArrayList<>();
    for (Map.Entry<String, List<Reason>> wrong : Documents.wrong(config).entrySet()) {
      if (fresh.contains(wrong.getKey())) {
        throw new Refused(wrong.getValue().getFirst());
      }
      wrong.getValue().forEach(why -> warnings.add("note: " + why.sentence()));
    }
    return warnings;
  }

  private void clear(Current chosen) throws Fault {
    for (RoleName role : chosen.drafted()) {
      place.drafts().clear(role);
    }
    if (place.current().drafts().isEmpty()) {
      place.drafts().clearTargets();
    }
  }

  private static Outcome outcome(Current chosen, List<String> warnings) throws Fault {
    List<String> names = new ArrayList<>();
    for (RoleName role : chosen.drafted()) {
      names.add(role + " " + chosen.draft(role).statement().edition().version());
    }
    Outcome outcome =
        Outcome.said(
                "published %s"
                    .formatted(names.isEmpty() ? "a new snapshot" : String.join(", ", names)))
            .with("published", names);
    for (String warning : warnings) {
      outcome = outcome.line(warning);
    }
    return outcome;
  }
}
