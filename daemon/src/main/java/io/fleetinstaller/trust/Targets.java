package io.fleetinstaller.trust;

import io.fleetinstaller.io.Tree;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which targets a role vouches for by itself, and whom it trusts with others, in this order. */
record Targets(
    Envelope envelope,
    Envelope.Header header,
    Map<String, TargetFile> targets,
    List<Delegation> delegations)
    implements Role {

  static Targets read(String role, byte[] bytes, Signers signers) throws Untrusted {
    Envelope envelope = Envelope.open(role, bytes, Limits.TARGETS);
    signers.demand(envelope);
    Envelope.Header header = envelope.header(TARGETS);
    Map<String, TargetFile> targets = new LinkedHashMap<>();
    for (Map.Entry<String, Fields> each : envelope.signed().objects("targets").entrySet()) {
      Fields file = each.getValue();
      targets.put(
          each.getKey(),
          new TargetFile(
              each.getKey(),
              role,
              header.expires(),
              file.whole("length", 0),
              Hashes.of(file.object("hashes")),
              file.has("custom") ? file.object("custom").object() : Tree.Members.of(Map.of())));
    }
    return new Targets(envelope, header, targets, delegations(envelope.signed()));
  }

  private static List<Delegation> delegations(Fields signed) throws Untrusted {
    List<Delegation> delegations = new ArrayList<>();
    if (signed.has("delegations")) {
      Fields object = signed.object("delegations");
      Map<String, Key> keys = Signers.published(object);
      Set<String> names = new HashSet<>();
      for (Fields each : object.listOfObjects("roles")) {
        Delegation delegation = Delegation.of(each, keys);
        if (!names.add(delegation.name())) {
          throw signed.malformed("it delegates to %s twice".formatted(delegation.name()));
        }
        delegations.add(delegation);
      }
    }
    if (delegations.size() > Limits.DELEGATIONS) {
      throw new Untrusted(
          new Refusal.TooMuch(
              "the delegations of " + signed.what(), delegations.size(), Limits.DELEGATIONS));
    }
    return List.copyOf(delegations);
  }
}
