package io.fleetinstaller.slots;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.EntryPath.Unsafe;
import io.fleetinstaller.toc.Toc;
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
import java.util.stream.Stream;

/**
 * What is on the disk already of what somebody asks for: in whole slots, by what they say
 * themselves, so that whoever uses a piece has to hash it; and in one that was begun, of which all
 * is hashed here. What the slots say is read line by line, and kept is only what is asked for: it
 * takes memory by what is new, and not by what is old. Immutable.
 */
public final class Inventory {
  private static final Place NOWHERE = new Place(Path.of(""), "", 0, 0);

  private final Map<Digest, Place> files = new HashMap<>();
  private final Map<Digest, Place> chunks = new HashMap<>();
  private final Optional<Inventory> also;
  private boolean goesOn;

  /**
   * Where some bytes are said to lie.
   *
   * @param offset of the first of them in the file
   */
  public record Held(Path file, long offset, long length) {}

  /** The same, in less memory. */
  private record Place(Path slot, String name, long offset, long length) {
    Held held() {
      return new Held(slot.resolve(name), offset, length);
    }
  }

  private Inventory(Optional<Inventory> also) {
    this.also = also;
  }

  /** What there is in these slots; what they say that makes no sense is passed over. */
  static Inventory of(Stock stock, List<Toc> asked) throws InterruptedException {
    Inventory inventory = new Inventory(Optional.empty());
    asked.forEach(inventory::ask);
    if (!inventory.files.isEmpty()) {
      for (Slot slot : stock.slots()) {
        Reading reading = new Reading(inventory, stock, slot.path());
        reading.contents();
        new Seal(slot.path()).tables(reading::chunk);
      }
      if (stock.begun().isPresent()) {
        inventory.add(stock.begun().get(), asked);
      }
    }
    inventory.files.values().removeIf(NOWHERE::equals);
    inventory.chunks.values().removeIf(NOWHERE::equals);
    return inventory;
  }

  /** The same, and where these files are, too: a delta may build on some that no table has. */
  public Inventory with(Stock stock, Set<Digest> more) {
    Inventory wider = new Inventory(Optional.of(this));
    wider.goesOn = goesOn;
    more.stream()
        .filter(digest -> !files.containsKey(digest))
        .forEach(digest -> wider.files.put(digest, NOWHERE));
    if (!wider.files.isEmpty()) {
      stock.slots().forEach(slot -> new Reading(wider, stock, slot.path()).contents());
    }
    wider.files.values().removeIf(NOWHERE::equals);
    return wider;
  }

  private void ask(Toc toc) {
    for (Toc.Entry entry : toc.entries()) {
      if (entry.header().size() > 0) {
        entry.digest().ifPresent(digest -> files.putIfAbsent(digest, NOWHERE));
        entry.chunks().forEach(chunk -> chunks.putIfAbsent(chunk.digest(), NOWHERE));
      }
    }
  }

  private void add(Begun begun, List<Toc> asked) throws InterruptedException {
    goesOn = true;
    for (Toc toc : asked) {
      for (Toc.Entry entry : toc.entries()) {
        if (entry.digest().map(files::get).filter(NOWHERE::equals).isPresent()) {
          String name = entry.header().name();
          begun.chunks(
              entry,
              chunk ->
                  chunks.replace(
                      chunk.digest(),
                      NOWHERE,
                      new Place(begun.folder(), name, chunk.offset(), chunk.length())));
        }
      }
    }
  }

  /** Whether some of it was made by an earlier try to stage the very release. */
  public boolean goesOn() {
    return goesOn;
  }

  /** A whole file of this content. */
  public Optional<Held> file(Digest digest, long size) {
    return of(files, digest, size).or(() -> also.flatMap(base -> base.file(digest, size)));
  }

  /** A piece of a file, or a whole one, that has these bytes. */
  public Optional<Held> chunk(Digest digest, long length) {
    return of(chunks, digest, length)
        .or(() -> also.flatMap(base -> base.chunk(digest, length)))
        .or(() -> file(digest, length));
  }

  private static Optional<Held> of(Map<Digest, Place> places, Digest digest, long length) {
    return Optional.ofNullable(places.get(digest))
        .filter(place -> place.length() == length)
        .map(Place::held);
  }

  /** What one slot says. */
  private static final class Reading {
    private final Inventory inventory;
    private final Stock stock;
    private final Path slot;
    private String said = "";
    private Optional<String> file = Optional.empty();

    Reading(Inventory inventory, Stock stock, Path slot) {
      this.inventory = inventory;
      this.stock = stock;
      this.slot = slot;
    }

    void contents() {
      try (BufferedReader lines = Files.newBufferedReader(new Seal(slot).file(Seal.CONTENTS));
          Stream<String> all = lines.lines()) {
        all.flatMap(line -> Item.of(line).stream())
            .filter(item -> item.type() == Item.Type.FILE && item.size() > 0)
            .forEach(this::file);
      } catch (IOException | UncheckedIOException | IllegalArgumentException _) {
        // The slot went away meanwhile, or is damaged: then it holds less.
      }
    }

    private void file(Item item) {
      Digest digest = new Digest(item.digest());
      if (NOWHERE.equals(inventory.files.get(digest)) && sound(item.path())) {
        inventory.files.put(digest, new Place(slot, item.path(), 0, item.size()));
      }
    }

    void chunk(String name, Toc.Chunk chunk) {
      if (NOWHERE.equals(inventory.chunks.get(chunk.digest()))) {
        path(name)
            .ifPresent(path ->
                inventory.chunks.put(
                    chunk.digest(), new Place(slot, path, chunk.offset(), chunk.length())));
      }
    }

    /** One text for all chunks of a file. */
    private Optional<String> path(String name) {
      if (!name.equals(said)) {
        said = name;
        try {
          file = Optional.of(String.join("/", EntryPath.parts(name))).filter(this::sound);
        } catch (Unsafe | IllegalArgumentException _) {
          // No file of this name was ever unpacked.
          file = Optional.empty();
        }
      }
      return file;
    }

    private boolean sound(String path) {
      return stock.rotten().isEmpty() || !stock.rotten().contains(slot.resolve(path));
    }
  }
}
