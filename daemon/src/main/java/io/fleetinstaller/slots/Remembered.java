package io.fleetinstaller.slots;

import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The whole slots of each package as they were when it was last asked for them. The daemon asks at
 * every look, and the list of what a slot holds may have a megabyte: it is read and hashed again
 * only when a file that vouches for the slot is another one, by its number, size and times. Safe
 * for use by several threads.
 */
final class Remembered {
  private final Map<Layout, List<Known>> packages = new ConcurrentHashMap<>();

  /** Those of these folders that are whole slots. */
  List<Slot> whole(Layout layout, List<Path> folders, Doors.DescriptorReader descriptors) {
    List<Known> before = packages.getOrDefault(layout, List.of());
    List<Known> now = new ArrayList<>();
    for (Path folder : folders) {
      Seal seal = new Seal(folder);
      // Seen before it is read: what changes meanwhile is read again the next time.
      Optional<List<Stamp>> stamps = stamps(folder, seal);
      Optional<Known> same = before.stream().filter(one -> one.is(folder, stamps)).findFirst();
      if (same.isPresent()) {
        now.add(same.get());
      } else if (stamps.isPresent()) {
        seal.whole(layout, descriptors)
            .ifPresent(slot -> now.add(new Known(folder, stamps.get(), slot)));
      }
    }
    packages.put(layout, List.copyOf(now));
    return now.stream().map(Known::slot).toList();
  }

  private static Optional<List<Stamp>> stamps(Path folder, Seal seal) {
    try {
      List<Stamp> stamps = new ArrayList<>(List.of(Stamp.of(folder)));
      for (String name : Seal.VOUCHING) {
        stamps.add(Stamp.of(seal.file(name)));
      }
      return Optional.of(stamps);
    } catch (IOException _) {
      // Without one of them it is no whole slot.
      return Optional.empty();
    }
  }

  private record Known(Path folder, List<Stamp> stamps, Slot slot) {
    boolean is(Path other, Optional<List<Stamp>> found) {
      return folder.equals(other) && found.equals(Optional.of(stamps));
    }
  }

  /** Everything about a file that is another when its content is, as the system tells it. */
  private record Stamp(Map<String, Object> attributes) {
    static Stamp of(Path file) throws IOException {
      boolean unix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
      // The time of the last change to the file itself is nobody's to set.
      String wanted = (unix ? "unix:ctime," : "") + "fileKey,size,lastModifiedTime";
      return new Stamp(Files.readAttributes(file, wanted, LinkOption.NOFOLLOW_LINKS));
    }
  }
}
