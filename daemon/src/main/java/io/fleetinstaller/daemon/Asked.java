package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.Circumstances;
import io.fleetinstaller.desired.RemoteConfig;
import io.fleetinstaller.desired.Wanted;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.source.Config;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is asked for from outside, as it was read. Immutable. */
sealed interface Asked {
  Set<PackageName> names();

  /** What this host should have now. */
  Map<PackageName, Desired> wishes(Circumstances circumstances);

  /** The signed catalogs; empty where nothing is signed. */
  RemoteConfig documents();

  /** Of these, what still counts at this instant: what a person may name for the first time. */
  default RemoteConfig documents(Instant now) {
    return documents();
  }

  /** Why nothing new is begun at this instant on what is signed for this package. */
  default Optional<Reason> lapsed(PackageName name, Instant now) {
    return Optional.empty();
  }

  /** A desired file of this host. */
  record File(Map<PackageName, Desired> wishes) implements Asked {
    public File {
      wishes = Map.copyOf(wishes);
    }

    @Override
    public Set<PackageName> names() {
      return wishes.keySet();
    }

    @Override
    public Map<PackageName, Desired> wishes(Circumstances circumstances) {
      Map<PackageName, Desired> ruled = new HashMap<>();
      wishes.forEach(
          (name, wish) -> ruled.put(name, circumstances.policy().rule(wish, circumstances.now())));
      return ruled;
    }

    @Override
    public RemoteConfig documents() {
      return RemoteConfig.EMPTY;
    }
  }

  /** Signed config. */
  record Signed(Config config, RemoteConfig documents) implements Asked {
    @Override
    public Set<PackageName> names() {
      return documents.without(config.refused()).deployed();
    }

    @Override
    public RemoteConfig documents(Instant now) {
      return config.expired(now).isPresent()
          ? RemoteConfig.EMPTY
          : documents.without(config.refused(now));
    }

    @Override
    public Optional<Reason> lapsed(PackageName name, Instant now) {
      return config
          .expired(now)
          .map(refusal -> refusal.reason())
          .or(() -> documents(now).problems("catalog", name).stream().findFirst());
    }

    /** Once it has expired, or before its time has come, nothing new is begun on its word. */
    @Override
    public Map<PackageName, Desired> wishes(Circumstances circumstances) {
      Circumstances proven = notBefore(config.provenTime(), circumstances);
      Map<PackageName, Desired> wishes = new HashMap<>();
      Wanted.of(documents.without(config.refused(proven.now())), proven)
          .forEach((name, desired) -> wishes.put(name, timely(desired, proven.now())));
      return wishes;
    }

    // A clock that went back must not open what was over.
    private static Circumstances notBefore(Instant proven, Circumstances of) {
      return of.now().isBefore(proven)
          ? new Circumstances(of.host(), of.policy(), of.remoteUpdates(), of.running(), proven)
          : of;
    }

    private Desired timely(Desired desired, Instant now) {
      Optional<Reason> expired = config.expired(now).map(refusal -> refusal.reason());
      return switch (desired.want()) {
        case Desired.Leave _ -> desired;
        case Desired.Want want when expired.isPresent() ->
            later(desired, want, expired.get(), Optional.empty());
        case Desired.Later _ -> desired;
        case Desired.Want want when now.isBefore(config.actFrom()) ->
            later(desired, want, heldOff(), Optional.of(config.actFrom()));
        case Desired.Run _, Desired.Absent _ -> desired;
      };
    }

    private static Desired later(
        Desired desired, Desired.Want want, Reason why, Optional<Instant> until) {
      return new Desired(desired.name(), new Desired.Later(want, why, until), desired.origin());
    }

    private Reason heldOff() {
      return new Reason(
          ReasonCode.HOLD_OFF,
          "the config is new, and this host acts on it at %s, so that not all hosts act at once"
              .formatted(config.actFrom().truncatedTo(ChronoUnit.SECONDS)));
    }
  }
}
