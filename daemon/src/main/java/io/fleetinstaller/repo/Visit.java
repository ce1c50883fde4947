package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.trust.Listing;
import io.fleetinstaller.trust.Refusal;
import io.fleetinstaller.trust.Store;
import io.fleetinstaller.trust.TargetFile;
import io.fleetinstaller.trust.Untrusted;
import io.fleetinstaller.trust.Updater;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Looks at the repository as a host does that was installed with its first root. */
record Visit(Workplace place) {
  private static final String SCRATCH = ".check";
  private static final String FIRST_ROOT = Published.METADATA + "1.root.json";
  private static final int LARGEST_ROOT = 1 << 20;

  /**
   * What a host finds there.
   *
   * @param documents all that count, verified
   * @param refused roles whose own signers failed, which cost hosts nothing but what they speak of
   */
  record Found(SortedMap<String, byte[]> documents, SortedMap<String, Reason> refused) {
    /** The same for people. */
    List<String> notes() {
      return refused.values().stream().map(why -> "note: " + why.sentence()).distinct().toList();
    }
  }

  /**
   * Looks at this instant. One operator whose time is over must not keep everybody else's config
   * from the hosts: that is only told.
   */
  Found look(Staged staged, Instant now) throws Fault, InterruptedException {
    place.folder().deleteTree(SCRATCH);
    try {
      Store store =
          Store.open(
              place.folder().disk(),
              place.folder().path().resolve(SCRATCH),
              staged.fetch(FIRST_ROOT, LARGEST_ROOT));
      seeToday(store, now);
      return all(new Updater(store, staged, now));
    } catch (Untrusted e) {
      throw new Refused(e.refusal().reason());
    } finally {
      place.folder().deleteTree(SCRATCH);
    }
  }

  // Most hosts have seen what is published now: the new must be a way on from there. What is
  // wrong with the old is no reason against the new.
  private void seeToday(Store store, Instant now) throws Fault, InterruptedException {
    Folder today = place.published().folder();
    if (today.has(Published.METADATA + RoleName.TIMESTAMP.file())) {
      try {
        new Updater(store, new Staged(today, new TreeMap<>()), now).refresh();
      } catch (Untrusted | Refused _) {
        return;
      }
    }
  }

  private static Found all(Updater updater) throws Untrusted, Fault, InterruptedException {
    updater.refresh();
    Listing listing = updater.targets("");
    SortedMap<String, Reason> refused = new TreeMap<>();
    for (Map.Entry<String, Refusal> each : listing.refused().entrySet()) {
      if (!each.getValue().costsOnlyItsRole()) {
        throw new Untrusted(each.getValue());
      }
      refused.put(each.getKey(), each.getValue().reason());
    }
    SortedMap<String, byte[]> all = new TreeMap<>();
    for (TargetFile file : listing.targets().values()) {
      all.put(file.path(), updater.download(file));
    }
    return new Found(all, refused);
  }
}
