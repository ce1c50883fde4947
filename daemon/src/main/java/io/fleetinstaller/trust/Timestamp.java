package io.fleetinstaller.trust;

/** Which snapshot is the newest. */
record Timestamp(Envelope envelope, Envelope.Header header, MetaFile snapshot) implements Role {

  static Timestamp read(byte[] bytes, Signers signers) throws Untrusted {
    Envelope envelope = Envelope.open(TIMESTAMP, bytes, Limits.TIMESTAMP);
    signers.demand(envelope);
    return new Timestamp(
        envelope,
        envelope.header(TIMESTAMP),
        MetaFile.of(envelope.signed().object("meta").object("snapshot.json")));
  }
}
