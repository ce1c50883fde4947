package io.fleetinstaller.io;

import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;

/** Where in a document something stands, and under which code it is refused. */
record Place(String source, ReasonCode code) {

  Refused refuse(int line, String key, String why) {
    String where = line > 0 ? source + " line " + line : source;
    String which = key.isEmpty() ? "" : " key '" + key + "'";
    return new Refused(code, "cannot accept %s%s: %s".formatted(where, which, why));
  }
}
