package io.fleetinstaller.trust;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whose signatures a role needs.
 *
 * @param keys by key id; only those that this host can use
 * @param threshold how many different ones of them must have signed
 */
record Signers(Map<String, Key> keys, long threshold) {
  Signers {
    keys = Map.copyOf(keys);
  }

  static Signers of(Fields role, Map<String, Key> published) throws Untrusted {
    Map<String, Key> keys = new HashMap<>();
    for (String id : role.texts("keyids")) {
      Optional.ofNullable(published.get(id)).ifPresent(key -> keys.put(id, key));
    }
    return new Signers(keys, role.whole("threshold", 1));
  }

  /** The usable ones of an object of published keys, by id. */
  static Map<String, Key> published(Fields signed) throws Untrusted {
    Map<String, Key> keys = new HashMap<>();
    for (Map.Entry<String, Fields> each : signed.objects("keys").entrySet()) {
      Fields key = each.getValue();
      key.text("keytype");
      key.text("scheme");
      key.object("keyval").text("public");
      Key.parse(key.object()).ifPresent(usable -> keys.put(each.getKey(), usable));
    }
    return keys;
  }

  /** Refuses what fewer different keys than the threshold have signed. */
  void demand(Envelope envelope) throws Untrusted {
    byte[] canonical = envelope.canonical();
    Set<Key> valid = new HashSet<>();
    envelope
        .signatures()
        .forEach((id, signature) ->
            Optional.ofNullable(keys.get(id))
                .filter(key -> key.verifies(signature, canonical))
                .ifPresent(valid::add));
    if (valid.size() < threshold) {
      throw new Untrusted(new Refusal.ThresholdNotMet(envelope.role(), valid.size(), threshold));
    }
  }

  Set<String> identities() {
    Set<String> identities = new TreeSet<>();
    keys.values().forEach(key -> identities.add(key.identity()));
    return identities;
  }

  /** Whether so many of these keys are gone that they could have signed alone. */
  boolean revokedBy(Signers next) {
    return revoked(identities(), threshold, next);
  }

  static boolean revoked(Set<String> keys, long threshold, Signers next) {
    Set<String> gone = new TreeSet<>(keys);
    gone.removeAll(next.identities());
    return gone.size() >= threshold;
  }
}
