package io.fleetinstaller.report;

import io.fleetinstaller.desired.Decision;
import io.fleetinstaller.desired.Hold;
import io.fleetinstaller.desired.LocalOverride;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import io.fleetinstaller.release.Wait;
import io.fleetinstaller.report.Outlook.Kind;
import io.fleetinstaller.upgrade.Outcome;
import io.fleetinstaller.upgrade.Step;
import io.fleetinstaller.upgrade.Upgrade;
import io.fleetinstaller.upgrade.View;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** One host in every state that there is, for tests of documents and screens. */
public final class Samples {
  public static final Instant NOW = Instant.parse("2026-01-02T12:00:00Z");
  private static final Origin FILE =
      new Origin(Origin.Kind.FILE, "/etc/fleet-installer/desired.yaml", "january rollout");
  private static final Origin ALICE = new Origin(Origin.Kind.MANUAL, "alice", "");

  private Samples() {}

  public static Release release(String name, String version) {
    return new Release(
        new PackageName(name),
        new Version(version),
        Digest.of((name + version).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  public static PackageStatus well() {
    Release release = release("backup-agent", "2.4.1");
    return new PackageStatus(
        release.name(),
        Optional.of(release),
        Optional.empty(),
        Optional.of(new Desired(release.name(), new Desired.Run(release), FILE)),
        outlook(release, release, Kind.REST, ReasonCode.UP_TO_DATE, "it runs what is desired"),
        Optional.empty(),
        Optional.of(past(null, release, new Outcome.Upgraded())),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** One that comes next to this. */
  public static PackageStatus due(Outlook outlook) {
    PackageStatus like = well();
    return new PackageStatus(
        like.name(),
        like.current(),
        like.previous(),
        like.desired(),
        outlook,
        like.upgrade(),
        like.last(),
        like.signed(),
        like.hold(),
        like.override(),
        like.pin());
  }

  public static PackageStatus backingOff() {
    Release old = release("node-exporter", "1.5.0");
    Release bad = release("node-exporter", "1.9.1");
    Reason why =
        new Reason(
            ReasonCode.BACKOFF,
            "1.9.1 was taken back at 11:30; it is tried again at 19:31, or at once with 'fleet-installer poll --retry node-exporter'");
    return new PackageStatus(
        old.name(),
        Optional.of(old),
        Optional.of(release("node-exporter", "1.4.0")),
        Optional.of(new Desired(old.name(), new Desired.Run(bad), FILE)),
        new Outlook(
            old.name(),
            Kind.WAIT,
            Optional.of(old),
            Optional.of(bad),
            why,
            Optional.of(Instant.parse("2026-01-02T19:31:00Z"))),
        Optional.empty(),
        Optional.of(past(old, bad, new Outcome.Reverted(exited()))),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same, with this line in the log of the release that was taken back. */
  public static PackageStatus reverted(String logged) {
    PackageStatus like = backingOff();
    return new PackageStatus(
        like.name(),
        like.current(),
        like.previous(),
        like.desired(),
        like.outlook(),
        like.upgrade(),
        Optional.of(
            past(
                like.current().orElseThrow(),
                release("node-exporter", "1.9.1"),
                new Outcome.Reverted(exited().with(List.of(logged))))),
        like.signed(),
        like.hold(),
        like.override(),
        Optional.empty());
  }

  public static PackageStatus upgrading() {
    Release old = release("web-agent", "7.0.0");
    Release next = release("web-agent", "7.1.0");
    return new PackageStatus(
        old.name(),
        Optional.of(next),
        Optional.empty(),
        Optional.of(new Desired(old.name(), new Desired.Run(next), ALICE)),
        outlook(old, next, Kind.ACT, ReasonCode.ASKED_FOR, "alice asked for 7.1.0"),
        Optional.of(
            new View(
                upgrade(old, next, ALICE),
                Step.OBSERVE,
                Instant.parse("2026-01-02T11:58:39Z"),
                81_000,
                180_000,
                1,
                Optional.empty())),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.of(
            new LocalOverride(
                next.name(),
                Optional.of(next),
                Optional.empty(),
                Optional.empty(),
                new Decision(
                    "alice", Instant.parse("2026-01-02T11:58:00Z"), "hotfix", Optional.empty()))),
        Optional.empty());
  }

  /** One whose registry is busy. */
  public static PackageStatus fetching() {
    Release old = release("web-agent", "7.0.0");
    Release next = release("web-agent", "7.1.0");
    return new PackageStatus(
        old.name(),
        Optional.of(old),
        Optional.empty(),
        Optional.of(new Desired(old.name(), new Desired.Run(next), FILE)),
        outlook(old, next, Kind.ACT, ReasonCode.ASKED_FOR, "7.1.0 is asked for"),
        Optional.of(
            new View(
                upgrade(old, next, FILE),
                Step.UNPACK,
                Instant.parse("2026-01-02T11:59:00Z"),
                10 << 20,
                40 << 20,
                1,
                Optional.of(
                    new Wait(
                        "https://registry.example.com:5000/agents/web-agent",
                        NOW.plusSeconds(5),
                        "it answered 503 (no capacity)")))),
        Optional.empty(),
        true,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public static PackageStatus held() {
    Release old = release("log-agent", "3.0.0");
    Reason why = new Reason(ReasonCode.HELD, "alice holds it until 2026-01-05: exam week");
    return new PackageStatus(
        old.name(),
        Optional.of(old),
        Optional.empty(),
        Optional.of(new Desired(old.name(), new Desired.Absent(), FILE)),
        new Outlook(
            old.name(), Kind.REST, Optional.of(old), Optional.of(old), why, Optional.empty()),
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.of(
            new Hold(
                old.name(),
                new Decision(
                    "alice",
                    Instant.parse("2026-01-02T09:00:00Z"),
                    "exam week",
                    Optional.of(Instant.parse("2026-01-05T09:00:00Z"))))),
        Optional.empty(),
        Optional.empty());
  }

  public static Reason exited() {
    return new Reason(
        ReasonCode.EXITED,
        "node-exporter.service exited with status 1, 2 s after its start",
        List.of("11:29:58 starting up", "11:29:59 panic: no such flag --web.listen"));
  }

  private static Outlook outlook(
      Release from, Release to, Kind kind, ReasonCode code, String sentence) {
    return new Outlook(
        from.name(),
        kind,
        Optional.of(from),
        Optional.of(to),
        new Reason(code, sentence),
        Optional.empty());
  }

  private static Upgrade upgrade(Release from, Release to, Origin origin) {
    return new Upgrade(
        "20260102T112900Z-1",
        to.name(),
        Optional.ofNullable(from),
        Optional.of(to),
        origin,
        Duration.ZERO,
        Instant.parse("2026-01-02T11:29:00Z"));
  }

  private static PastUpgrade past(Release from, Release to, Outcome outcome) {
    return new PastUpgrade(
        upgrade(from, to, FILE),
        outcome,
        1,
        Instant.parse("2026-01-02T11:30:00Z"),
        List.of("by ranges, 9.1 MiB in 12 requests"));
  }

  public static HostStatus host() {
    return new HostStatus(
        NOW,
        new HostStatus.Machine("web-1", new Platform("linux", "amd64"), "Debian GNU/Linux 13"),
        new HostStatus.Identity(
            "3f1c",
            new TreeMap<>(Map.of("env", Set.of("prod"))),
            List.of("stable"),
            List.of("web")),
        new HostStatus.Daemon("0.1.0", "systemd", 417, Instant.parse("2026-01-02T08:55:00Z")),
        new HostStatus.Input(
            "/etc/fleet-installer/installer.yaml", Optional.of(NOW), Optional.empty()),
        new HostStatus.Input(
            "/etc/fleet-installer/desired.yaml",
            Optional.of(Instant.parse("2026-01-02T10:00:00Z")),
            Optional.of(
                new Reason(
                    ReasonCode.BAD_SETTINGS,
                    "/etc/fleet-installer/desired.yaml:4: packages[0].digest: it is missing"))),
        Optional.empty(),
        new HostStatus.Space(
            "/opt/datadog-packages", 12_884_901_888L, 64_424_509_440L, 536_870_912L),
        List.of(well(), held(), backingOff(), upgrading()),
        List.of());
  }

  /** The same host, following a signed config of which a part is wrong. */
  public static HostStatus signed() {
    HostStatus host = host();
    TrustedConfig trusted =
        new TrustedConfig(
            new TreeMap<>(Map.of("root", 2L, "timestamp", 41L)),
            Instant.parse("2026-01-05T10:00:00Z"),
            Instant.parse("2026-01-02T10:00:00Z"),
            Optional.of(Instant.parse("2026-01-02T11:00:00Z")),
            List.of(
                new Reason(
                    ReasonCode.MALFORMED,
                    "deployments/web/agent.json: package: it must be agent, as its path says")),
            List.of(
                new TrustedConfig.BadMirror(
                    "https://one.example.com/fleet",
                    new Reason(ReasonCode.METADATA_ROLLBACK, "timestamp 40 is older than 41"),
                    Instant.parse("2026-01-02T10:59:00Z"))));
    return new HostStatus(
        host.clock(),
        host.machine(),
        host.identity(),
        host.daemon(),
        host.settings(),
        new HostStatus.Input("https://two.example.com/fleet", Optional.of(NOW), Optional.empty()),
        Optional.of(trusted),
        host.space(),
        List.of(well(), fetching()),
        List.of());
  }

  public static PlanReport plan() {
    return new PlanReport(NOW, host().packages().stream().map(PackageStatus::outlook).toList());
  }

  public static HistoryReport history() {
    Release one = release("node-exporter", "1.5.0");
    Release two = release("node-exporter", "1.9.1");
    return new HistoryReport(
        NOW,
        List.of(
            past(null, one, new Outcome.Upgraded()),
            past(one, two, new Outcome.Reverted(exited()))));
  }
}
