package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Fault.Refused;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A statement with the signatures that it has so far.
 *
 * @param signatures in hex, by key id
 */
record Sheet(Statement statement, SortedMap<String, String> signatures) {
  Sheet {
    signatures = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(signatures));
  }

  static Sheet unsigned(Statement statement) {
    return new Sheet(statement, new TreeMap<>());
  }

  static Sheet read(String source, RoleName role, byte[] bytes) throws Refused {
    Document document = Document.json(source, bytes, Folder.LARGEST);
    Statement statement = Statement.read(role, document.object("signed"));
    SortedMap<String, String> signatures = new TreeMap<>();
    for (Document signature : document.objects("signatures")) {
      signatures.put(signature.text("keyid"), signature.text("sig"));
      signature.done();
    }
    document.done();
    return new Sheet(statement, signatures);
  }

  /** What each signature is made over. */
  byte[] payload() {
    return Canonical.bytes(statement.tree());
  }

  /** The file, as it is published. */
  byte[] bytes() {
    List<Object> list = new ArrayList<>();
    signatures.forEach(
        (id, signature) -> list.add(new TreeMap<>(Map.of("keyid", id, "sig", signature))));
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("signatures", list);
    tree.put("signed", statement.tree());
    return Json.bytes(tree);
  }

  Sheet with(PublicPart key, byte[] signature) {
    SortedMap<String, String> more = new TreeMap<>(signatures);
    more.put(key.id(), HexFormat.of().formatHex(signature));
    return new Sheet(statement, more);
  }

  /** True if this key has signed exactly this. */
  boolean signedBy(PublicPart key) {
    String signature = signatures.get(key.id());
    try {
      return signature != null && key.verifies(payload(), HexFormat.of().parseHex(signature));
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /** The keys of a grant that have yet to sign. */
  List<PublicPart> missing(Grant grant) {
    return grant.keys().values().stream().filter(key -> !signedBy(key)).toList();
  }

  boolean satisfies(Grant grant) {
    return grant.keys().size() - missing(grant).size() >= grant.threshold();
  }
}
