package io.fleetinstaller.source;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.trust.Listing;
import io.fleetinstaller.trust.Refusal;
import io.fleetinstaller.trust.TargetFile;
import io.fleetinstaller.trust.Untrusted;
import io.fleetinstaller.trust.Updater;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which documents below some folders count, and which do not though the rest does. A role whose own
 * signers failed (it expired, its key was revoked), or that lists more than a host reads, costs
 * nothing but what it may speak about. Wrong bytes are the mirror's doing, and refuse all that it
 * gives.
 */
record Vouched(SortedMap<String, TargetFile> targets, SortedMap<String, Refusal> refused) {
  /** Bytes of the largest document that a host reads. */
  static final int LARGEST = 1 << 20;

  /** Of all folders together: twice as much, of the old config and the new, is in the heap. */
  private static final long MOST_BYTES = 16L << 20;

  private static final long MOST_DOCUMENTS = 4096;

  static Vouched in(List<String> folders, Updater updater)
      throws Untrusted, Fault, InterruptedException {
    Vouched vouched = new Vouched(new TreeMap<>(), new TreeMap<>());
    SortedMap<String, Collection<TargetFile>> listed = new TreeMap<>();
    for (String folder : folders) {
      Listing listing = updater.targets(folder);
      for (Refusal refusal : listing.refused().values()) {
        if (!refusal.costsOnlyItsRole()) {
          throw new Untrusted(refusal);
        }
      }
      vouched.refused.putAll(listing.refused());
      listed.put(folder, listing.targets().values());
    }
    vouched.take(listed);
    if (!vouched.refused.isEmpty()) {
      vouched.refuseSilenced(folders, updater);
    }
    return vouched;
  }

  /** Takes all; where that is too much, of each folder its share: who fills one harms no other. */
  private void take(SortedMap<String, Collection<TargetFile>> listed) {
    List<TargetFile> all =
        listed.values().stream()
            .flatMap(Collection::stream)
            .filter(target -> target.length() <= LARGEST)
            .toList();
    boolean fits =
        all.size() <= MOST_DOCUMENTS
            && all.stream().mapToLong(TargetFile::length).sum() <= MOST_BYTES;
    int shares = fits ? 1 : listed.size();
    listed.forEach(
        (folder, targets) -> take(folder, targets, MOST_DOCUMENTS / shares, MOST_BYTES / shares));
  }

  private void take(
      String folder, Collection<TargetFile> listed, long mostDocuments, long mostBytes) {
    long documents = 0;
    long bytes = 0;
    for (TargetFile target : listed) {
      String path = target.path();
      if (target.length() > LARGEST) {
        refused.put(path, new Refusal.TooMuch(path, target.length(), LARGEST));
        continue;
      }
      documents++;
      bytes += target.length();
      if (documents > mostDocuments) {
        refused.put(path, new Refusal.TooMuch("documents in " + folder, documents, mostDocuments));
      } else if (bytes > mostBytes) {
        refused.put(path, new Refusal.TooMuch("bytes in " + folder, bytes, mostBytes));
      } else {
        targets.put(path, target);
      }
    }
  }

  /**
   * A document that nobody listed may be one that a refused role would have listed, and may say
   * that nothing is to be done: for every package that is known, such a document is refused too.
   */
  private void refuseSilenced(List<String> folders, Updater updater)
      throws Fault, InterruptedException {
    Set<String> names = new TreeSet<>();
    for (String path : targets.keySet()) {
      names.add(path.substring(path.lastIndexOf('/') + 1));
    }
    for (String folder : folders) {
      for (String name : names) {
        try {
          updater.find(folder + name);
        } catch (Untrusted untrusted) {
          refused.put(folder + name, untrusted.refusal());
        }
      }
    }
  }
}
