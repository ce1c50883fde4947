package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.util.Map;

/** Which snapshot is in force. */
record TimestampStatement(Edition edition, MetaFile snapshot) implements Statement {
  private static final String TYPE = "timestamp";

  static TimestampStatement read(Document document) throws Refused {
    Edition edition = Edition.read(document, TYPE);
    Document meta = document.object("meta");
    MetaFile snapshot = MetaFile.read(meta.object(RoleName.SNAPSHOT.file()));
    meta.done();
    return new TimestampStatement(edition, snapshot);
  }

  @Override
  public TimestampStatement as(Edition other) {
    return new TimestampStatement(other, snapshot);
  }

  @Override
  public Map<String, Object> tree() {
    Map<String, Object> tree = edition.tree(TYPE);
    tree.put("meta", Map.of(RoleName.SNAPSHOT.file(), snapshot.tree()));
    return tree;
  }
}
