package io.fleetinstaller.slots;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.slots.EntryPath.Unsafe;
import java.util.List;

/**
 * What every host would say of a release's entries, for whoever packs them: nothing is made. Not
 * thread-safe.
 */
public final class Admission {
  private final Privileges privileges;
  private final Tree tree = new Tree(Descriptor.MOST_ENTRIES);

  public Admission(Descriptor descriptor) {
    this.privileges = new Privileges(descriptor);
  }

  /** Looks at the next entry, in the order of the archive. */
  public void check(TarEntry entry) throws Refused {
    try {
      List<String> parts = EntryPath.parts(entry.name());
      String path = String.join("/", parts);
      for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
        tree.needsParent(path.substring(0, end));
      }
      privileges.check(path, entry);
      Privileges.kept(entry, true);
      add(path, entry);
    } catch (Unsafe e) {
      throw new Refused(
          e.code(), "cannot pack %s: no host would unpack it: %s".formatted(entry.name(), e.why()));
    }
  }

  private void add(String path, TarEntry entry) throws Unsafe {
    switch (entry.kind()) {
      case FILE -> tree.add(path, Tree.kind(entry));
      case DIRECTORY -> tree.newDirectory(path);
      case SYMLINK -> {
        Tree.stayInside(path, entry.link());
        tree.add(path, Tree.Kind.LINK);
      }
      case HARDLINK -> tree.add(path, privileges.linkable(path, entry, tree));
      case DEVICE, FIFO, UNKNOWN ->
          throw new Unsafe("it is neither file, directory nor link; leave it out");
    }
  }
}
