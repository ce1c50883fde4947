package io.fleetinstaller.daemon;

import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.PackageName;
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
    return Plan.next(desired(name), slots.read(name), journals.history(name), time.now());
  }

  /** As if nothing had ever failed: a person asks for it now. */
  Decision retry(PackageName name) {
    return Plan.retry(desired(name), slots.read(name), time.now());
  }
}
