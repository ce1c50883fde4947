package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which bytes are meant. */
record FileFacts(long length, Digest sha256) {

  static FileFacts of(byte[] bytes) {
    return new FileFacts(bytes.length, Digest.of(bytes));
  }

  static FileFacts target(Document document) throws Refused {
    FileFacts file = members(document);
    document.done();
    return file;
  }

  static FileFacts members(Document document) throws Refused {
    Document hashes = document.object("hashes");
    Digest sha256 = hashes.value("sha256", Digest::new);
    hashes.done();
    return new FileFacts(document.number("length", 0, Statement.LARGEST_VERSION), sha256);
  }

  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("hashes", Map.of("sha256", sha256.hex()));
    tree.put("length", length);
    return tree;
  }

  /** Where the bytes of a target lie: under their own digest, so that all versions can stay. */
  String file(String path) {
    int name = path.lastIndexOf('/') + 1;
    return path.substring(0, name) + sha256.hex() + "." + path.substring(name);
  }
}
