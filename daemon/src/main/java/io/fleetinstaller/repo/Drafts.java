package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What is worked on and not yet published. */
record Drafts(Folder folder, Published published) {
  private static final String JSON = ".json";

  /** The draft of a role; none if what lies there was published and only not yet cleared away. */
  Optional<Sheet> sheet(RoleName role) throws Fault {
    Optional<byte[]> bytes = folder.read(role.file());
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    Sheet draft = Sheet.read("draft/" + role.file(), role, bytes.get());
    Optional<Sheet> inForce = published.sheet(role);
    boolean done = inForce.isPresent() && Arrays.equals(inForce.get().bytes(), draft.bytes());
    return done ? Optional.empty() : Optional.of(draft);
  }

  /** The roles that have a draft, the top ones first. */
  List<RoleName> roles() throws Fault {
    List<RoleName> roles = new ArrayList<>();
    for (RoleName top : RoleName.TOP) {
      if (sheet(top).isPresent()) {
        roles.add(top);
      }
    }
    for (String file : folder.names()) {
      if (file.endsWith(JSON)) {
        RoleName role = new RoleName(file.substring(0, file.length() - JSON.length()));
        if (role.delegated() && sheet(role).isPresent()) {
          roles.add(role);
        }
      }
    }
    return roles;
  }

  /**
   * Refuses to go on from a draft whose number somebody else's has got: what is public under it
   * stays, for hosts and mirrors have it.
   */
  void refuseOvertaken(RoleName role) throws Fault {
    Optional<Sheet> draft = sheet(role);
    if (draft.isEmpty()) {
      return;
    }
    long version = draft.get().statement().edition().version();
    String file = role.file(version);
    Optional<byte[]> there = published.folder().read(Published.METADATA + file);
    if (there.isPresent()
        && !Sheet.read(file, role, there.get()).statement().equals(draft.get().statement())) {
      throw new Refused(
          ReasonCode.CONFLICT,
          "cannot go on with the draft of %s: another version %d was published since; delete draft/%s and draft the change again"
              .formatted(role, version, role.file()));
    }
  }

  void write(RoleName role, Sheet sheet) throws Fault {
    folder.write(role.file(), sheet.bytes());
  }

  /** Puts a document where the next publication finds it. */
  FileFacts writeTarget(String path, byte[] bytes) throws Fault {
    FileFacts file = FileFacts.of(bytes);
    folder.write(Published.TARGETS + file.file(path), bytes);
    return file;
  }

  Optional<byte[]> target(String path, FileFacts file) throws Fault {
    return folder.read(Published.TARGETS + file.file(path));
  }

  void clear(RoleName role) throws Fault {
    folder.delete(role.file());
  }

  /** Clears the documents away, when no draft needs them. */
  void clearTargets() throws Fault {
    folder.deleteTree(Published.TARGETS);
  }
}
