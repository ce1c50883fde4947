package io.fleetinstaller.delta;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.slots.Inventory;
import io.fleetinstaller.toc.Toc;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a delta holds, in the order of its blocks. A file of the new release that is not named is in
 * the old one, wherever it lies there.
 *
 * @param from manifest of the old release
 * @param to manifest of the new one
 */
public record DeltaTable(Digest from, Digest to, List<Item> files) {
  public DeltaTable {
    files = List.copyOf(files);
  }

  /**
   * One file of the new release.
   *
   * @param name of its entry
   * @param size in plain bytes
   * @param ancestor what its windows are cut from; empty if it comes whole
   */
  public record Item(String name, long size, Optional<Ancestor> ancestor, List<Block> blocks) {
    public Item {
      blocks = List.copyOf(blocks);
    }

    long packed() {
      return packed(blocks.size());
    }

    /** Of its first blocks, so many. */
    long packed(int first) {
      return blocks.stream().limit(first).mapToLong(Block::packed).sum();
    }

    /** Plain bytes of its first blocks, so many. */
    long length(int first) {
      return blocks.stream().limit(first).mapToLong(Block::length).sum();
    }

    /** How many of its blocks bring nothing but some of these first bytes of it. */
    int within(long bytes) {
      int count = 0;
      long left = bytes;
      while (count < blocks.size() && blocks.get(count).length() <= left) {
        left -= blocks.get(count).length();
        count++;
      }
      return count;
    }
  }

  /** A file of the old release. */
  public record Ancestor(Digest digest, long size) {}

  /**
   * The next bytes of a file: one zstd frame.
   *
   * @param length in plain bytes
   * @param packed in bytes
   * @param window pieces of the ancestor, one behind the other
   */
  public record Block(int length, int packed, List<Piece> window) {
    public Block {
      window = List.copyOf(window);
    }
  }

  /** Some bytes of an ancestor. */
  public record Piece(long offset, int length) {}

  /** The files of the old release that it builds on. */
  public Set<Digest> ancestors() {
    Set<Digest> ancestors = new HashSet<>();
    files.forEach(item -> item.ancestor().map(Ancestor::digest).ifPresent(ancestors::add));
    return ancestors;
  }

  /**
   * The first content that the delta builds on and that no slot claims to hold, if there is one.
   */
  public Optional<Digest> missing(Toc toc, Inventory inventory) {
    for (Item item : files) {
      Optional<Ancestor> ancestor = item.ancestor();
      if (ancestor.isPresent()
          && inventory.file(ancestor.get().digest(), ancestor.get().size()).isEmpty()) {
        return ancestor.map(Ancestor::digest);
      }
    }
    Set<String> named = new HashSet<>();
    files.forEach(item -> named.add(item.name()));
    return toc.entries().stream()
        .filter(entry -> entry.header().kind() == TarEntry.Kind.FILE && entry.header().size() > 0)
        .filter(entry -> !named.contains(entry.header().name()))
        .flatMap(entry ->
            entry.digest().stream()
                .filter(digest -> inventory.file(digest, entry.header().size()).isEmpty()))
        .findFirst();
  }
}
