package io.fleetinstaller.slots;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.ReasonCode;
import java.util.HashMap;
import java.util.Map;

/**
 * What makes a program more than its caller, and which other attributes a file may bring. The
 * descriptor must name every file that carries set-uid, set-gid or file capabilities.
 */
final class Privileges {
  static final String CAPABILITY = "security.capability";
  private static final int SET_ID = 06000;

  /** What ext4 has room for, in one block. */
  private static final int MOST_ATTRIBUTES = 3900;

  private final Descriptor descriptor;

  Privileges(Descriptor descriptor) {
    this.descriptor = descriptor;
  }

  /** Throws why this entry may not be, if it may not. */
  void check(String path, TarEntry entry) throws EntryPath.Unsafe {
    boolean setId =
        entry.kind() != TarEntry.Kind.SYMLINK
            && entry.kind() != TarEntry.Kind.HARDLINK
            && (entry.mode() & SET_ID) != 0;
    if (setId && !descriptor.setuid().contains(path)) {
      throw new EntryPath.Unsafe(
          ReasonCode.PRIVILEGE_REFUSED,
          "it is set-uid or set-gid, and the descriptor's list setuid does not name it");
    }
    if (entry.xattrs().containsKey(CAPABILITY) && !descriptor.capabilities().contains(path)) {
      throw new EntryPath.Unsafe(
          ReasonCode.PRIVILEGE_REFUSED,
          "it has file capabilities, and the descriptor's list capabilities does not name it");
    }
  }

  /** Whether another name of this file needs to be named in the descriptor too. */
  static boolean special(TarEntry entry) {
    return (entry.mode() & SET_ID) != 0 || entry.xattrs().containsKey(CAPABILITY);
  }

  /** What this hard link is another name of, if it may be. */
  Tree.Kind linkable(String path, TarEntry link, Tree tree) throws EntryPath.Unsafe {
    Tree.Kind kind = tree.linkable(String.join("/", EntryPath.parts(link.link())));
    if (kind == Tree.Kind.SPECIAL_FILE
        && !descriptor.setuid().contains(path)
        && !descriptor.capabilities().contains(path)) {
      throw new EntryPath.Unsafe(
          ReasonCode.PRIVILEGE_REFUSED,
          "it is another name of a privileged file, and the descriptor does not name it");
    }
    return kind;
  }

  /**
   * The attributes that are kept: those of users, access lists, integrity signatures, and for root
   * capabilities. Labels of SELinux are the host's own business, and names without one of Linux's
   * namespaces come from other systems.
   */
  static Map<String, byte[]> kept(TarEntry entry, boolean root) throws EntryPath.Unsafe {
    if (entry.xattrs().isEmpty()) {
      return Map.of();
    }
    Map<String, byte[]> kept = new HashMap<>();
    for (Map.Entry<String, byte[]> each : entry.xattrs().entrySet()) {
      String name = each.getKey();
      EntryPath.text(name);
      switch (name) {
        case CAPABILITY, "security.ima" -> {
          if (root) {
            kept.put(name, each.getValue());
          }
        }
        case "system.posix_acl_access", "system.posix_acl_default" ->
            kept.put(name, each.getValue());
        case "security.selinux" -> {}
        default -> {
          if (name.startsWith("user.")) {
            if (entry.kind() == TarEntry.Kind.SYMLINK) {
              throw new EntryPath.Unsafe("no link can have the attribute " + name);
            }
            kept.put(name, each.getValue());
          } else if (name.matches("(security|system|trusted)\\..*")) {
            throw new EntryPath.Unsafe("no package may bring the attribute " + name);
          }
        }
      }
    }
    long bytes = 0;
    for (Map.Entry<String, byte[]> each : kept.entrySet()) {
      bytes += each.getKey().length() + (long) each.getValue().length;
    }
    if (bytes > MOST_ATTRIBUTES) {
      throw new EntryPath.Unsafe("its attributes are larger than every file system can keep");
    }
    return kept;
  }
}
