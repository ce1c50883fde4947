package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.util.Map;

/** Which metadata file is meant. */
record MetaFile(long version, FileFacts file) {

  static MetaFile read(Document document) throws Refused {
    MetaFile meta =
        new MetaFile(
            document.number("version", 1, Statement.LARGEST_VERSION), FileFacts.members(document));
    document.done();
    return meta;
  }

  static MetaFile of(Sheet sheet) {
    return new MetaFile(sheet.statement().edition().version(), FileFacts.of(sheet.bytes()));
  }

  static RoleName role(Document meta, String file) throws Refused {
    try {
      if (file.endsWith(".json")) {
        return new RoleName(file.substring(0, file.length() - ".json".length()));
      }
    } catch (IllegalArgumentException e) {
      throw meta.refuse(file, String.valueOf(e.getMessage()));
    }
    throw meta.refuse(file, "it is no role's file");
  }

  Map<String, Object> tree() {
    Map<String, Object> tree = file.tree();
    tree.put("version", version);
    return tree;
  }
}
