package io.fleetinstaller.daemon;

import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Installed;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.upgrade.Decision;
import io.fleetinstaller.upgrade.Journals;
import io.fleetinstaller.upgrade.Plan;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What is to be done, worked out anew from what is on disk and asked for. Thread-safe. */
record Situation(Slots slots, Journals journals, Source source, LocalPolicy policy, Time time) {

  /** Every package that is here, was here, or is asked for. */
  SortedSet<PackageName> names() {
    SortedSet<PackageName> names = new TreeSet<>(slots.names());
    names.addAll(journals.names());
    names.addAll(source.state().asked().keySet());
    names.addAll(policy.now().overrides().keySet());
    names.addAll(policy.now().holds().keySet());
    return names;
  }

  Desired desired(PackageName name) {
    Optional<Desired> asked = source.asked(name);
    return policy.now().resolve(name, asked, time.now());
  }

  Decision decide(PackageName name) {
    Optional<Decision> damaged = damaged(name);
    return damaged.isPresent()
        ? damaged.get()
        : Plan.next(desired(name), installed(name), journals.history(name), time.now());
  }

  /** As if nothing had ever failed: a person asks for it now. */
  Decision retry(PackageName name) {
    Optional<Decision> damaged = damaged(name);
    return damaged.isPresent()
        ? damaged.get()
        : Plan.retry(desired(name), installed(name), time.now());
  }

  /** Without any whole slot there is no way back: what runs, if it does, is left alone. */
  private Optional<Decision> damaged(PackageName name) {
    boolean lost =
        journals.history(name).open().isEmpty()
            && slots.currentIsBroken(name)
            && slots.read(name).whole().isEmpty()
            && !(desired(name).want() instanceof Desired.Leave);
    String sentence =
        "current of %s names no whole slot, so there is no way back; move the link away and install a release anew"
            .formatted(name);
    return lost
        ? Optional.of(
            new Decision.Wait(new Reason(ReasonCode.SLOT_DAMAGED, sentence), Optional.empty()))
        : Optional.empty();
  }

  /** Where current is damaged and previous is whole, previous is the way back. */
  private Installed installed(PackageName name) {
    Installed found = slots.read(name);
    Desired.Want want = desired(name).want();
    boolean back =
        want instanceof Desired.Run(Release release, _)
            && found.previous().filter(slot -> slot.release().equals(release)).isPresent();
    return slots.currentIsBroken(name) && !back
        ? new Installed(name, found.previous(), found.previous(), found.whole())
        : found;
  }
}
