package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.Catalog;
import io.fleetinstaller.desired.Circumstances;
import io.fleetinstaller.desired.RemoteUpdates;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.slots.Slots;
import io.fleetinstaller.upgrade.Journals;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Where everything stands that decides what is to be done. Thread-safe. */
record Situation(
    Slots slots, Journals journals, Source source, LocalPolicy policy, Site site, Time time) {

  /**
   * This host, and what its owner says.
   *
   * @param environment of the daemon
   */
  record Site(LiveSettings settings, HostIdentity identity, Map<String, String> environment) {
    RemoteUpdates remoteUpdates() {
      return DatadogConfig.remoteUpdates(settings.now(), environment);
    }
  }

  /** Every package that is here, was here, or is asked for. */
  SortedSet<PackageName> names() {
    SortedSet<PackageName> names = new TreeSet<>(slots.names());
    names.addAll(journals.names());
    names.addAll(source.state().asked().names());
    names.addAll(policy.now().overrides().keySet());
    names.addAll(policy.now().pins().keySet());
    names.addAll(policy.now().holds().keySet());
    return names;
  }

  /** Works out anew what is to be done, from what is on disk and asked for. */
  Moment moment() {
    return moment(running());
  }

  /** The same, as if this release of a package ran already. */
  Moment moment(PackageName name, Optional<Release> release) {
    Map<PackageName, Release> running = running();
    running.remove(name);
    release.ifPresent(one -> running.put(name, one));
    return moment(running);
  }

  private Moment moment(Map<PackageName, Release> running) {
    Settings settings = site.settings().now();
    Instant now = time.now();
    Circumstances circumstances =
        new Circumstances(
            site.identity().facts(settings.selection()),
            settings.policy(),
            site.remoteUpdates(),
            running,
            now);
    return new Moment(this, source.wishes(circumstances), circumstances);
  }

  /**
   * Whether older releases cannot read the data of this one, as far as is known here: by its slot,
   * or by the catalog.
   */
  boolean changesData(Release release) {
    return pointOfNoReturn(release).orElse(false);
  }

  /** The same where a mistake would cost the data: true of what nobody here knows. */
  boolean mayChangeData(Release release) {
    return pointOfNoReturn(release).orElse(true);
  }

  private Optional<Boolean> pointOfNoReturn(Release release) {
    return slots
        .read(release.name())
        .find(release.digest())
        .map(slot -> slot.descriptor().data().pointOfNoReturn())
        .or(() ->
            source
                .state()
                .asked()
                .documents()
                .find(release.name(), release.digest())
                .map(Catalog.Entry::pointOfNoReturn));
  }

  private Map<PackageName, Release> running() {
    Map<PackageName, Release> running = new HashMap<>();
    for (PackageName name : slots.names()) {
      slots.read(name).current().ifPresent(slot -> running.put(name, slot.release()));
    }
    return running;
  }
}
