package io.fleetinstaller.slots;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Slot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files of other slots that a new one may have under a further name, because nobody ever
 * changes either. Not thread-safe.
 */
final class Twins {
  private final Map<Key, Place> places = new HashMap<>();

  /** What has to be the same; the time of the last change does not. */
  private record Key(
      Digest digest, long size, int mode, long uid, long gid, Map<String, String> xattrs) {
    static Key of(Item item) {
      return new Key(
          new Digest(item.digest()),
          item.size(),
          item.mode(),
          item.uid(),
          item.gid(),
          item.xattrs());
    }
  }

  private record Place(Path slot, String path) {}

  private Twins() {}

  /** Those in these slots, where both they and the delivery are declared immutable. */
  static Twins of(Delivery delivery, List<Slot> slots) {
    Twins twins = new Twins();
    if (delivery.descriptor().immutable()) {
      Set<Digest> asked =
          delivery.layers().stream()
              .flatMap(layer -> layer.table().stream())
              .flatMap(table -> table.toc().entries().stream())
              .flatMap(entry -> entry.digest().stream())
              .collect(Collectors.toSet());
      slots.stream()
          .filter(slot -> slot.descriptor().immutable())
          .forEach(slot -> twins.add(slot.path(), asked));
    }
    return twins;
  }

  /** A file that was made as such a one; whether it still is, nobody has looked. */
  Optional<Path> of(Item wanted) {
    return Optional.ofNullable(places.get(Key.of(wanted)))
        .map(found -> found.slot().resolve(found.path()));
  }

  private void add(Path slot, Set<Digest> asked) {
    try (BufferedReader lines = Files.newBufferedReader(new Seal(slot).file(Seal.CONTENTS));
        Stream<String> all = lines.lines()) {
      all.flatMap(line -> Item.of(line).stream())
          .filter(item -> item.type() == Item.Type.FILE && item.size() > 0)
          .filter(item -> asked.contains(new Digest(item.digest())))
          .forEach(item -> places.putIfAbsent(Key.of(item), new Place(slot, item.path())));
    } catch (IOException | UncheckedIOException | IllegalArgumentException _) {
      // A slot that cannot be read has no twins.
    }
  }
}
