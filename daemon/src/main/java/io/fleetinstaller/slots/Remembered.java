package io.fleetinstaller.slots;

import io.fleetinstaller.io.Stamp;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Slot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The whole slots of each package as they were when it was last looked at. The daemon looks every
 * minute, and the list of what a slot holds may have a megabyte: it is read and hashed again only
 * when a file that vouches for the slot has another {@link Stamp}. Whoever is about to act on a
 * slot reads it himself. Safe for use by several threads.
 */
final class Remembered {
  private final Map<Layout, Map<Path, Known>> packages = new ConcurrentHashMap<>();
  private final AtomicInteger forgotten = new AtomicInteger();

  /** Those of these folders that are whole slots. */
  List<Slot> whole(Layout layout, List<Path> folders, Doors.DescriptorReader descriptors) {
    int forgottenBefore = forgotten.get();
    Map<Path, Known> before = packages.getOrDefault(layout, Map.of());
    Map<Path, Known> now = new HashMap<>();
    List<Slot> whole = new ArrayList<>();
    for (Path folder : folders) {
      // Seen before it is read: what changes meanwhile is read again the next time.
      List<Stamp> stamps = stamps(folder);
      Known known = before.get(folder);
      Optional<Slot> slot =
          known != null && known.stamps().equals(stamps)
              ? Optional.of(known.slot())
              : new Seal(folder).whole(layout, descriptors);
      slot.ifPresent(whole::add);
      if (slot.isPresent() && !stamps.isEmpty()) {
        now.put(folder, new Known(stamps, slot.get()));
      }
    }
    // What is forgotten meanwhile is not to come back by what was seen before.
    if (now.isEmpty() || forgotten.get() != forgottenBefore) {
      packages.remove(layout);
    } else {
      packages.put(layout, now);
    }
    return whole;
  }

  /** The next look reads everything, if there was a whole slot of this release at the last. */
  void forget(Layout layout, Digest digest) {
    boolean known =
        packages.getOrDefault(layout, Map.of()).values().stream()
            .anyMatch(one -> one.slot().release().digest().equals(digest));
    if (known) {
      forgotten.incrementAndGet();
      packages.remove(layout);
    }
  }

  /** Empty where they cannot be told, so that nothing is remembered. */
  private static List<Stamp> stamps(Path folder) {
    Seal seal = new Seal(folder);
    List<Path> vouching =
        Stream.concat(Stream.of(folder), Seal.VOUCHING.stream().map(seal::file)).toList();
    List<Stamp> stamps = vouching.stream().flatMap(file -> Stamp.of(file).stream()).toList();
    return stamps.size() == vouching.size() ? stamps : List.of();
  }

  private record Known(List<Stamp> stamps, Slot slot) {}
}
