package io.fleetinstaller.slots;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Slot;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The files that a new slot may have under a further name: those of other slots, because nobody
 * ever changes either, and those of a slot that was begun, which goes away. Not thread-safe.
 */
final class Twins {
  private final Map<Key, Place> shared = new HashMap<>();
  private final Map<Key, Place> begun = new HashMap<>();

  /** What has to be the same; the time of the last change does not. */
  private record Key(
      Digest digest, long size, int mode, long uid, long gid, Map<String, String> xattrs) {
    static Key of(Item item, Digest content) {
      return new Key(content, item.size(), item.mode(), item.uid(), item.gid(), item.xattrs());
    }
  }

  private record Place(Path folder, String path) {
    Path file() {
      return folder.resolve(path);
    }
  }

  /**
   * A file that was made as the one that is wanted; whether it still is, nobody has looked.
   *
   * @param own whether it is the new slot's alone from now on
   */
  record Twin(Path file, boolean own) {}

  private Twins() {}

  /**
   * Those in these slots, where both they and the delivery are declared immutable, and what was
   * begun.
   */
  static Twins of(Delivery delivery, List<Slot> slots, Optional<Begun> begun) {
    Twins twins = new Twins();
    boolean immutable = delivery.descriptor().immutable();
    if (immutable || begun.isPresent()) {
      Set<Digest> asked =
          delivery.layers().stream()
              .flatMap(layer -> layer.table().stream())
              .flatMap(table -> table.toc().entries().stream())
              .flatMap(entry -> entry.digest().stream())
              .collect(Collectors.toSet());
      slots.stream()
          .filter(slot -> immutable && slot.descriptor().immutable())
          .forEach(slot -> twins.add(slot.path(), asked));
      begun.ifPresent(each -> twins.add(each, asked));
    }
    return twins;
  }

  /** One for this file; what was begun can be had once. */
  Optional<Twin> take(Item wanted) {
    return wanted
        .content()
        .map(content -> Key.of(wanted, content))
        .flatMap(key ->
            Optional.ofNullable(begun.remove(key))
                .map(place -> new Twin(place.file(), true))
                .or(() ->
                    Optional.ofNullable(shared.get(key))
                        .map(place -> new Twin(place.file(), false))));
  }

  private void add(Path slot, Set<Digest> asked) {
    new Seal(slot)
        .files((item, content) -> {
          if (asked.contains(content)) {
            shared.putIfAbsent(Key.of(item, content), new Place(slot, item.path()));
          }
        });
  }

  private void add(Begun unfinished, Set<Digest> asked) {
    new Seal(unfinished.folder())
        .files((item, content) -> {
          if (asked.contains(content) && unfinished.isOnly(item.path())) {
            begun.putIfAbsent(Key.of(item, content), new Place(unfinished.folder(), item.path()));
          }
        });
  }
}
