package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Changes who may sign for a role. */
public record Rotation(Workplace place) {

  /**
   * Drafts a role with other keys. Without anything named, the role's only key goes; as many new
   * keys are made here as go out and nobody brings.
   *
   * @param out keys that go
   * @param in keys that others bring
   * @param threshold empty: as it was
   */
  public Outcome rotate(
      RoleName role, List<PublicPart> out, List<PublicPart> in, Optional<Integer> threshold)
      throws Fault {
    Grant before = place.current().grant(role);
    List<PublicPart> leaving =
        out.isEmpty() && in.isEmpty() && threshold.isEmpty() ? only(role, before) : out;
    List<PublicPart> coming = new ArrayList<>(in);
    while (coming.size() < leaving.size() && !role.delegated()) {
      coming.add(made(role, leaving));
    }
    int needed = threshold.orElse(before.threshold());
    Grant after = granted(role, changed(role, before, leaving, coming), needed);
    grant(role, after);
    return outcome(role, after).then(new Renewal(place).resign(role));
  }

  /** In the manner of those that leave: a timer's key has no passphrase if they had none. */
  private PublicPart made(RoleName role, List<PublicPart> leaving) throws Fault {
    Keyring keys = place.keyring();
    boolean bare = role.equals(RoleName.TIMESTAMP) || role.equals(RoleName.SNAPSHOT);
    for (PublicPart one : leaving) {
      bare = bare && keys.isBare(one);
    }
    return keys.generate(keys.nextName(role.value()), leaving.getFirst().scheme(), bare);
  }

  private List<PublicPart> only(RoleName role, Grant before) throws Fault {
    if (before.keys().size() == 1) {
      return List.copyOf(before.keys().values());
    }
    List<String> names = new ArrayList<>();
    for (PublicPart key : before.keys().values()) {
      names.add(place.keyring().name(key));
    }
    throw new Refused(
        ReasonCode.BAD_REQUEST,
        "cannot rotate %s: it has several keys; say with --out which goes: %s"
            .formatted(role, String.join(", ", names)));
  }

  private SortedMap<String, PublicPart> changed(
      RoleName role, Grant before, List<PublicPart> out, List<PublicPart> in) throws Fault {
    SortedMap<String, PublicPart> keys = new TreeMap<>(before.keys());
    for (PublicPart key : out) {
      if (keys.remove(key.id()) == null) {
        throw new Refused(
            ReasonCode.NOT_FOUND,
            "cannot take key %s from %s: it is not one of its keys"
                .formatted(place.keyring().name(key), role));
      }
    }
    in.forEach(key -> keys.put(key.id(), key));
    return keys;
  }

  private static Grant granted(RoleName role, SortedMap<String, PublicPart> keys, int threshold)
      throws Refused {
    try {
      return new Grant(keys, threshold);
    } catch (IllegalArgumentException e) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot rotate %s: %s; bring keys with --in, or change --threshold"
              .formatted(role, e.getMessage()));
    }
  }

  private void grant(RoleName role, Grant after) throws Fault {
    if (role.delegated()) {
      Delegation delegation = place.current().delegation(role);
      place.changeTargets(RoleName.TARGETS, statement -> statement.with(delegation.with(after)));
    } else {
      place.changeRoot(root -> root.with(role, after));
    }
  }

  private Outcome outcome(RoleName role, Grant after) throws Fault {
    List<String> names = new ArrayList<>();
    for (PublicPart key : after.keys().values()) {
      names.add(place.keyring().name(key));
    }
    return Outcome.said(
            "%s is signed by %d of: %s"
                .formatted(role, after.threshold(), String.join(", ", names)))
        .with("role", role)
        .with("threshold", after.threshold())
        .with("keys", names);
  }

  /** Takes a key out of every role; one that it alone could sign for gets a new key, or ends. */
  public Outcome revoke(PublicPart key) throws Fault {
    Outcome outcome = new Outcome(List.of(), Map.of());
    List<RoleName> roles = new ArrayList<>();
    for (RoleName role : place.current().roles()) {
      if (place.current().grant(role).keys().containsKey(key.id())) {
        outcome = outcome.then(revoke(role, key));
        roles.add(role);
      }
    }
    if (roles.isEmpty()) {
      throw new Refused(
          ReasonCode.NOT_FOUND,
          "cannot revoke key %s: no role knows it".formatted(place.keyring().name(key)));
    }
    return outcome.with("roles", roles);
  }

  private Outcome revoke(RoleName role, PublicPart key) throws Fault {
    Grant before = place.current().grant(role);
    Optional<Grant> left = before.without(key.id());
    if (role.delegated() && left.isEmpty()) {
      place.changeTargets(RoleName.TARGETS, statement -> statement.without(role));
      return Outcome.said(
          "%s has no key left: it is no longer trusted, and what it deployed or published ends"
              .formatted(role));
    }
    boolean enough = left.isPresent() && left.get().threshold() == before.threshold();
    if (role.delegated() && !enough) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot revoke the key: %s needs %d; first 'repo rotate %s --out KEY --in NEW'"
              .formatted(role, before.threshold(), role));
    }
    List<PublicPart> in = new ArrayList<>();
    if (!enough) {
      in.add(made(role, List.of(key)));
    }
    grant(role, granted(role, changed(role, before, List.of(key), in), before.threshold()));
    return outcome(role, place.current().grant(role)).then(new Renewal(place).resign(role));
  }
}
