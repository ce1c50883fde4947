package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.trust.Listing;
import io.fleetinstaller.trust.Refusal;
import io.fleetinstaller.trust.Store;
import io.fleetinstaller.trust.TargetFile;
import io.fleetinstaller.trust.Untrusted;
import io.fleetinstaller.trust.Updater;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/** Looks at the repository as a host does that was installed with its first root. */
record Visit(Workplace place) {
  private static final String SCRATCH = ".check";
  private static final String FIRST_ROOT = Published.METADATA + "1.root.json";
  private static final int LARGEST_ROOT = 1 << 20;

  /** Every document that a host finds there at this instant, verified. */
  SortedMap<String, byte[]> documents(Staged staged, Instant now)
      throws Fault, InterruptedException {
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

  private static SortedMap<String, byte[]> all(Updater updater)
      throws Untrusted, Fault, InterruptedException {
    updater.refresh();
    Listing listing = updater.targets("");
    for (Refusal refusal : listing.refused().values()) {
      throw new Untrusted(refusal);
    }
    SortedMap<String, byte[]> all = new TreeMap<>();
    for (TargetFile file : listing.targets().values()) {
      all.put(file.path(), updater.download(file));
    }
    return all;
  }
}
