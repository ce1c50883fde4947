package io.fleetinstaller.trust;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which versions of all targets roles belong together.
 *
 * @param meta by file name, e.g. {@code targets.json}
 */
record Snapshot(Envelope envelope, Envelope.Header header, Map<String, MetaFile> meta)
    implements Role {

  static Snapshot read(byte[] bytes, Signers signers) throws Untrusted {
    Envelope envelope = Envelope.open(SNAPSHOT, bytes, Limits.SNAPSHOT);
    signers.demand(envelope);
    Map<String, MetaFile> meta = new TreeMap<>();
    for (Map.Entry<String, Fields> each : envelope.signed().objects("meta").entrySet()) {
      meta.put(each.getKey(), MetaFile.of(each.getValue()));
    }
    return new Snapshot(envelope, envelope.header(SNAPSHOT), meta);
  }

  MetaFile of(String role) throws Untrusted {
    return Optional.ofNullable(meta.get(role + ".json"))
        .orElseThrow(() -> new Untrusted(new Refusal.UnknownRole(role, SNAPSHOT)));
  }
}
