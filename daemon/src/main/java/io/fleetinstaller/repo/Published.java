package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.ReasonCode;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What clients see now: the highest root, and whatever the timestamp leads to. */
record Published(Folder folder) {
  static final String METADATA = "metadata/";
  static final String TARGETS = "targets/";

  /** The sheet of a role that is in force. */
  Optional<Sheet> sheet(RoleName role) throws Fault {
    if (role.equals(RoleName.ROOT)) {
      OptionalLong highest = highest(role);
      return highest.isEmpty() ? Optional.empty() : Optional.of(sheet(role, highest.getAsLong()));
    }
    if (role.equals(RoleName.TIMESTAMP)) {
      Optional<byte[]> bytes = folder.read(METADATA + role.file());
      return bytes.isEmpty()
          ? Optional.empty()
          : Optional.of(Sheet.read(role.file(), role, bytes.get()));
    }
    Optional<MetaFile> meta = meta(role);
    return meta.isEmpty() ? Optional.empty() : Optional.of(sheet(role, meta.get().version()));
  }

  private Optional<MetaFile> meta(RoleName role) throws Fault {
    if (role.equals(RoleName.SNAPSHOT)) {
      return sheet(RoleName.TIMESTAMP)
          .map(sheet -> ((TimestampStatement) sheet.statement()).snapshot());
    }
    return sheet(RoleName.SNAPSHOT)
        .flatMap(sheet -> ((SnapshotStatement) sheet.statement()).role(role));
  }

  private Sheet sheet(RoleName role, long version) throws Fault {
    String file = METADATA + role.file(version);
    byte[] bytes =
        folder
            .read(file)
            .orElseThrow(() ->
                new Broken(
                    ReasonCode.STATE_DAMAGED,
                    "cannot use %s: %s is missing; bring it back from a copy"
                        .formatted(folder.path(), file)));
    return Sheet.read(file, role, bytes);
  }

  /** The highest version of a role that may have been seen, in force or not. */
  OptionalLong highest(RoleName role) throws Fault {
    Pattern pattern = Pattern.compile("([1-9][0-9]{0,15})\\." + role.value() + "\\.json");
    OptionalLong named =
        folder.in(METADATA).names().stream()
            .map(pattern::matcher)
            .filter(Matcher::matches)
            .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
            .max();
    Optional<Sheet> timestamp = role.equals(RoleName.TIMESTAMP) ? sheet(role) : Optional.empty();
    return timestamp
        .map(sheet -> OptionalLong.of(sheet.statement().edition().version()))
        .orElse(named);
  }

  Optional<byte[]> target(String path, FileFacts file) throws Fault {
    return folder.read(TARGETS + file.file(path));
  }
}
