package io.fleetinstaller.repo;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Signs drafts with every key that is here and may. */
public record Signing(Workplace place) {

  /**
   * What each of these drafts says that what is public does not say; of all if none is named. What
   * is public and not signed as it must be says nothing.
   */
  public SortedMap<RoleName, List<String>> changes(Collection<RoleName> only) throws Fault {
    Current current = place.current();
    Current published = new Current(place.published(), Map.of());
    SortedMap<RoleName, List<String>> changes = new TreeMap<>();
    for (RoleName role : chosen(current, only)) {
      Optional<Sheet> before = place.published().sheet(role);
      boolean known =
          before.isPresent()
              && (!role.delegated()
                  || published.targets(RoleName.TARGETS).delegation(role).isPresent());
      boolean counts = known && before.get().satisfies(published.grant(role));
      changes.put(
          role,
          new Changes(place.keyring())
              .between(counts ? before : Optional.empty(), current.draft(role)));
    }
    return changes;
  }

  /** Which drafts these are, to the byte. */
  public SortedMap<RoleName, Digest> drafts(Collection<RoleName> only) throws Fault {
    Current current = place.current();
    SortedMap<RoleName, Digest> drafts = new TreeMap<>();
    for (RoleName role : chosen(current, only)) {
      drafts.put(role, Digest.of(current.draft(role).payload()));
    }
    return drafts;
  }

  /** Asks for the passphrases that {@link #sign} will need, so that nobody waits for a person. */
  public void open(Collection<RoleName> only, Collection<RoleName> renewed) throws Fault {
    Current current = place.current();
    for (RoleName role : renewed) {
      for (Duty duty : current.duties(role)) {
        open(duty.grant().keys().values());
      }
    }
    for (RoleName role : chosen(current, only)) {
      for (Duty duty : current.duties(role)) {
        open(duty.missing(current.draft(role)));
      }
    }
  }

  private void open(Collection<PublicPart> keys) throws Fault {
    for (PublicPart key : keys) {
      place.keyring().signing(key);
    }
  }

  private static List<RoleName> chosen(Current current, Collection<RoleName> only) {
    return current.drafted().stream()
        .filter(role -> only.isEmpty() || only.contains(role))
        .toList();
  }

  /** Signs the drafts of these roles; of all if none is named. */
  public Outcome sign(Collection<RoleName> only) throws Fault {
    place.lifetimes();
    Outcome outcome = new Outcome(List.of(), Map.of());
    if (chosen(place.current(), only).isEmpty()) {
      outcome = outcome.line("nothing to sign: there is no such draft");
    }
    Map<String, Object> signed = new TreeMap<>();
    for (RoleName role : chosen(place.current(), only)) {
      List<String> names = sign(role);
      signed.put(role.value(), names);
      if (!names.isEmpty()) {
        outcome = outcome.line("signed %s with %s".formatted(role, String.join(", ", names)));
      }
    }
    return outcome.with("signed", signed).then(waiting());
  }

  private List<String> sign(RoleName role) throws Fault {
    Optional<Sheet> draft = place.drafts().sheet(role);
    List<String> names = new ArrayList<>();
    if (draft.isEmpty()) {
      return names;
    }
    Sheet sheet = draft.get();
    for (Duty duty : place.current().duties(role)) {
      for (PublicPart missing : duty.missing(sheet)) {
        Optional<SigningKey> key = place.keyring().signing(missing);
        if (key.isPresent()) {
          sheet = sheet.with(missing, key.get().sign(sheet.payload()));
          names.add(key.get().name());
        }
      }
    }
    if (!names.isEmpty()) {
      place.drafts().write(role, sheet);
    }
    return names;
  }

  /** What there is to do before the drafts can be published. */
  Outcome waiting() throws Fault {
    Current current = place.current();
    List<String> lines = new ArrayList<>();
    Map<String, Object> waiting = new TreeMap<>();
    for (RoleName role : current.drafted()) {
      for (Duty duty : current.outstanding(role)) {
        lines.add(words(duty, current.draft(role)));
        waiting.put(role.value(), duty.outstanding(current.draft(role)));
      }
    }
    if (lines.isEmpty() && !current.drafts().isEmpty()) {
      lines.add("everything is signed; 'repo publish' puts it out");
    }
    return new Outcome(lines, Map.of("waiting", waiting));
  }

  String words(Duty duty, Sheet sheet) throws Fault {
    List<String> names = new ArrayList<>();
    for (PublicPart key : duty.missing(sheet)) {
      names.add(place.keyring().name(key));
    }
    return "%s %d still needs %d of: %s (%s)"
        .formatted(
            duty.role(),
            sheet.statement().edition().version(),
            duty.outstanding(sheet),
            String.join(", ", names),
            duty.whose());
  }
}
