package io.fleetinstaller.trust;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Whose signatures count for the four top roles.
 *
 * @param consistent whether files carry their version or hash in their names
 */
record Root(
    Envelope envelope, Envelope.Header header, boolean consistent, Map<String, Signers> roles)
    implements Role {
  private static final Set<String> TOP = Set.of(ROOT, TIMESTAMP, SNAPSHOT, TARGETS);

  /** Reads it and demands that it is signed by its own keys. */
  static Root read(byte[] bytes) throws Untrusted {
    Envelope envelope = Envelope.open(ROOT, bytes, Limits.ROOT);
    Fields signed = envelope.signed();
    Map<String, Key> keys = Signers.published(signed);
    Map<String, Signers> roles = new HashMap<>();
    for (Map.Entry<String, Fields> each : signed.objects("roles").entrySet()) {
      roles.put(each.getKey(), Signers.of(each.getValue(), keys));
    }
    if (!roles.keySet().equals(TOP)) {
      throw signed.malformed("its roles must be root, timestamp, snapshot and targets");
    }
    boolean consistent = signed.has("consistent_snapshot") && signed.flag("consistent_snapshot");
    Root root = new Root(envelope, envelope.header(ROOT), consistent, Map.copyOf(roles));
    root.signers(ROOT).demand(envelope);
    return root;
  }

  /** Of one of the four top roles. */
  Signers signers(String role) {
    return java.util.Objects.requireNonNull(roles.get(role));
  }

  static boolean isTop(String role) {
    return TOP.contains(role);
  }
}
