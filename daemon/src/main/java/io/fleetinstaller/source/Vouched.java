package io.fleetinstaller.source;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.trust.Listing;
import io.fleetinstaller.trust.Refusal;
import io.fleetinstaller.trust.TargetFile;
import io.fleetinstaller.trust.Untrusted;
import io.fleetinstaller.trust.Updater;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which documents below some folders count, and which do not though the rest does. A role whose own
 * signers failed (it expired, its key was revoked) costs nothing but what it may speak about. Wrong
 * bytes are the mirror's doing, and refuse all that it gives.
 */
record Vouched(SortedMap<String, TargetFile> targets, SortedMap<String, Refusal> refused) {

  static Vouched in(List<String> folders, Updater updater)
      throws Untrusted, Fault, InterruptedException {
    Vouched vouched = new Vouched(new TreeMap<>(), new TreeMap<>());
    for (String folder : folders) {
      Listing listing = updater.targets(folder);
      vouched.targets.putAll(listing.targets());
      vouched.refused.putAll(listing.refused());
    }
    for (Refusal refusal : vouched.refused.values()) {
      demandOwnFault(refusal);
    }
    if (!vouched.refused.isEmpty()) {
      vouched.refuseSilenced(folders, updater);
    }
    return vouched;
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

  private static void demandOwnFault(Refusal refusal) throws Untrusted {
    boolean own =
        switch (refusal) {
          case Refusal.Expired _ -> true;
          case Refusal.ThresholdNotMet _ -> true;
          case Refusal.UnknownRole _ -> true;
          case Refusal.StoreCorrupt _ -> true;
          case Refusal _ -> false;
        };
    if (!own) {
      throw new Untrusted(refusal);
    }
  }
}
