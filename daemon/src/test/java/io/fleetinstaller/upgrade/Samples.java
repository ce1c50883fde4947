package io.fleetinstaller.upgrade;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Releases and upgrades that the tests of this package are about. */
final class Samples {
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  static final PackageName AGENT = new PackageName("agent");
  static final Release OLDEST = release("0.9", '0');
  static final Release OLD = release("1.0", '1');
  static final Release NEW = release("2.0", '2');
  static final Release NEWER = release("3.0", '3');
  static final Origin FILE = new Origin(Origin.Kind.FILE, "desired.yaml", "");
  static final Origin PERSON = new Origin(Origin.Kind.MANUAL, "alice", "now");

  private Samples() {}

  static Release release(String version, char digit) {
    return new Release(AGENT, new Version(version), new Digest(String.valueOf(digit).repeat(64)));
  }

  static Upgrade upgrade() {
    return upgrade(Optional.of(OLD), Optional.of(NEW));
  }

  static Upgrade upgrade(Optional<Release> from, Optional<Release> to) {
    return new Upgrade("00000001", AGENT, from, to, FILE, Duration.ZERO, NOW);
  }

  static Move move() {
    return new Move(AGENT, Optional.of(OLD), Optional.of(NEW), FILE);
  }

  static Account account(Line... lines) {
    return new Account(upgrade(), 1, NOW, List.of(lines));
  }
}
