package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Looks at what is published as hosts do, now and tomorrow, and says early what will fail. */
public record Checking(Workplace place) {
  private static final Duration DAY = Duration.ofDays(1);

  /** What is or soon will be wrong; nothing, if all is well. */
  @SuppressWarnings("try")
  public List<Reason> findings() throws Fault, InterruptedException {
    try (Folder.Hold alone = place.folder().hold()) {
      return findingsAlone();
    }
  }

  private List<Reason> findingsAlone() throws Fault, InterruptedException {
    Lifetimes lifetimes = place.lifetimes();
    List<Reason> findings = new ArrayList<>(visit(place.now(), "now"));
    if (findings.isEmpty() && lifetimes.timestamp().compareTo(DAY.multipliedBy(2)) >= 0) {
      findings.addAll(visit(place.now().plus(DAY), "tomorrow"));
    }
    for (RoleName role : published().roles()) {
      late(role, lifetimes.of(role)).ifPresent(findings::add);
    }
    return findings;
  }

  private Current published() {
    return new Current(place.published(), new TreeMap<>());
  }

  private List<Reason> visit(Instant when, String words) throws Fault, InterruptedException {
    try {
      Staged today = new Staged(place.published().folder(), new TreeMap<>());
      Visit.Found found = new Visit(place).look(today, when);
      List<Reason> wrong = new ArrayList<>();
      Documents.wrong(Documents.parse(found.documents())).values().forEach(wrong::addAll);
      found.refused().values().stream().distinct().map(why -> said(words, why)).forEach(wrong::add);
      return wrong;
    } catch (Refused refused) {
      return List.of(said(words, refused.reason()));
    }
  }

  private static Reason said(String words, Reason reason) {
    return new Reason(reason.code(), words + ": " + reason.sentence(), reason.evidence());
  }

  private Optional<Reason> late(RoleName role, Duration lifetime) throws Fault {
    Optional<Sheet> sheet = place.published().sheet(role);
    if (sheet.isEmpty()) {
      return Optional.of(new Reason(ReasonCode.NOT_FOUND, "%s is not published".formatted(role)));
    }
    Statement.Edition edition = sheet.get().statement().edition();
    Duration left = Duration.between(place.now(), edition.expires());
    return left.compareTo(lifetime.dividedBy(2)) >= 0
        ? Optional.empty()
        : Optional.of(
            new Reason(
                ReasonCode.METADATA_EXPIRED,
                "%s %d is past half of its life and expires at %s; %s"
                    .formatted(role, edition.version(), edition.expires(), remedy(role))));
  }

  private static String remedy(RoleName role) {
    return switch (role.value()) {
      case "timestamp", "snapshot" -> "'repo timestamp' renews it; is its timer running?";
      case String other -> "'repo sign --renew %s' and 'repo publish' renew it".formatted(other);
    };
  }
}
