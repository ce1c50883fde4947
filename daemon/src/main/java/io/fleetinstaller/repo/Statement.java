package io.fleetinstaller.repo;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a role says, of one version and until one time; signatures are made over it. */
sealed interface Statement
    permits RootStatement, TargetsStatement, SnapshotStatement, TimestampStatement {
  /** What other clients accept; the fourth number of later editions changed nothing for files. */
  String SPECIFICATION = "1.0.31";

  long LARGEST_VERSION = (1L << 53) - 1;

  Edition edition();

  /** The same content as another edition. */
  Statement as(Edition edition);

  Map<String, Object> tree();

  /**
   * Which issue of a statement it is, and until when it counts.
   *
   * @param expires to the second: clients know nothing finer
   */
  record Edition(long version, Instant expires) {
    static Edition read(Document document, String type) throws Refused {
      document.value("_type", text -> required(type, text));
      document.value("spec_version", text -> required(SPECIFICATION, text));
      return new Edition(
          document.number("version", 1, LARGEST_VERSION),
          document.value("expires", Edition::instant));
    }

    private static Instant instant(String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException("'%s' is no time".formatted(text), e);
      }
    }

    private static String required(String wanted, String found) {
      if (!found.equals(wanted)) {
        throw new IllegalArgumentException("it must be '%s', not '%s'".formatted(wanted, found));
      }
      return found;
    }

    Map<String, Object> tree(String type) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("_type", type);
      tree.put("spec_version", SPECIFICATION);
      tree.put("version", version);
      tree.put("expires", expires.toString());
      return tree;
    }
  }

  /** Reads the statement of a role. */
  static Statement read(RoleName role, Document document) throws Refused {
    Statement statement =
        switch (role.value()) {
          case "root" -> RootStatement.read(document);
          case "snapshot" -> SnapshotStatement.read(document);
          case "timestamp" -> TimestampStatement.read(document);
          case String _ -> TargetsStatement.read(document);
        };
    document.done();
    return statement;
  }
}
