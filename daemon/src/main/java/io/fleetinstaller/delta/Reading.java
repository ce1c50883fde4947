package io.fleetinstaller.delta;

import io.fleetinstaller.io.JsonStream;
import io.fleetinstaller.io.Patch;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.toc.Toc;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One reading of one table, which is refused at the first thing that does not fit. */
final class Reading {
  private static final int MOST_NAME = 4096;

  /** Each takes some fifty bytes in memory; a package of 1 GB has some ten thousand. */
  private static final int MOST_BLOCKS_AND_PIECES = 100_000;

  private final String source;
  private final JsonStream json;
  private final DeltaFormat.Bounds bounds;
  private final Iterator<Toc.Entry> entries;
  private final List<DeltaTable.Item> files = new ArrayList<>();
  private @Nullable Digest from;
  private @Nullable Digest to;
  private boolean versioned;
  private int parts;
  private long packed;

  Reading(String source, JsonStream json, DeltaFormat.Bounds bounds) {
    this.source = source;
    this.json = json;
    this.bounds = bounds;
    this.entries = bounds.toc().entries().iterator();
  }

  DeltaTable table() throws Refused {
    json.object(key -> {
      switch (key) {
        case "formatVersion" -> {
          json.number(DeltaFormat.VERSION, DeltaFormat.VERSION);
          versioned = true;
        }
        case "from" -> from = digest();
        case "to" -> to = digest();
        case "files" -> json.list(_ -> file());
        default -> throw json.refuse("it is not known here");
      }
    });
    json.end();
    Digest old = from;
    if (!versioned || old == null || to == null) {
      throw refuse("its table has no formatVersion, no from or no to");
    }
    if (!bounds.to().equals(to)) {
      throw refuse("it leads to %s, wanted is %s".formatted(to, bounds.to()));
    }
    if (packed != bounds.blocks()) {
      throw refuse(
          "its table speaks of %d bytes of blocks, there are %d"
              .formatted(packed, bounds.blocks()));
    }
    return new DeltaTable(old, bounds.to(), files);
  }

  private void file() throws Refused {
    File file = new File();
    json.object(key -> {
      switch (key) {
        case "name" -> file.name = name();
        case "size" -> file.size = size();
        case "ancestor" -> file.ancestor = Optional.of(ancestor());
        case "blocks" -> json.list(_ -> file.blocks.add(block()));
        default -> throw json.refuse("it is not known here");
      }
    });
    long found = size(file.name);
    long sum = file.blocks.stream().mapToLong(DeltaTable.Block::length).sum();
    if (found != file.size || sum != found) {
      throw wrong(
          file.name,
          "it has %d bytes in blocks of %d, the package says %d".formatted(file.size, sum, found));
    }
    for (DeltaTable.Block block : file.blocks) {
      check(file, block);
      packed += block.packed();
    }
    files.add(new DeltaTable.Item(file.name, file.size, file.ancestor, file.blocks));
  }

  /** What the package says of the file, which must come behind the one before. */
  private long size(String name) throws Refused {
    while (entries.hasNext()) {
      TarEntry header = entries.next().header();
      if (header.name().equals(name)) {
        return header.kind() == TarEntry.Kind.FILE ? header.size() : 0;
      }
    }
    throw wrong(name, "the package has no such file, or has it further ahead");
  }

  private void check(File file, DeltaTable.Block block) throws Refused {
    long end = file.ancestor.map(DeltaTable.Ancestor::size).orElse(0L);
    long window = 0;
    for (DeltaTable.Piece piece : block.window()) {
      window += piece.length();
      if (piece.length() > end - piece.offset()) {
        throw wrong(file.name, "a window reaches over the end of the ancestor");
      }
    }
    if (window > DeltaFormat.LARGEST_WINDOW) {
      throw tooLarge("a window has %d bytes, allowed are %d", window, DeltaFormat.LARGEST_WINDOW);
    }
  }

  private DeltaTable.Ancestor ancestor() throws Refused {
    Ancestor ancestor = new Ancestor();
    json.object(key -> {
      switch (key) {
        case "digest" -> ancestor.digest = digest();
        case "size" -> ancestor.size = size();
        default -> throw json.refuse("it is not known here");
      }
    });
    Digest digest = ancestor.digest;
    if (digest == null) {
      throw json.refuse("it has no digest");
    }
    return new DeltaTable.Ancestor(digest, ancestor.size);
  }

  private DeltaTable.Block block() throws Refused {
    count();
    int[] numbers = new int[2];
    List<DeltaTable.Piece> window = new ArrayList<>();
    json.object(key -> {
      switch (key) {
        case "length" -> numbers[0] = bounded(DeltaFormat.LARGEST_BLOCK);
        case "packed" -> numbers[1] = bounded(Patch.bound(DeltaFormat.LARGEST_BLOCK));
        case "window" -> json.list(_ -> window.add(piece(window.size())));
        default -> throw json.refuse("it is not known here");
      }
    });
    if (numbers[0] == 0 || numbers[1] == 0) {
      throw json.refuse("a block has no length");
    }
    return new DeltaTable.Block(numbers[0], numbers[1], window);
  }

  private DeltaTable.Piece piece(int before) throws Refused {
    count();
    if (before >= DeltaFormat.MOST_PIECES) {
      throw tooLarge("a window has %d pieces, allowed are %d", before + 1, DeltaFormat.MOST_PIECES);
    }
    List<Long> pair = new ArrayList<>();
    json.list(_ -> {
      pair.add(pair.isEmpty() ? size() : bounded(DeltaFormat.LARGEST_WINDOW));
      if (pair.size() > 2) {
        throw json.refuse("a piece is an offset and a length");
      }
    });
    if (pair.size() != 2) {
      throw json.refuse("a piece is an offset and a length");
    }
    return new DeltaTable.Piece(pair.get(0), pair.get(1).intValue());
  }

  private void count() throws Refused {
    if (++parts > MOST_BLOCKS_AND_PIECES) {
      throw tooLarge("it has %d blocks and pieces, allowed are %d", parts, MOST_BLOCKS_AND_PIECES);
    }
  }

  private int bounded(int most) throws Refused {
    return (int) json.number(1, most);
  }

  private long size() throws Refused {
    return json.number(0, Long.MAX_VALUE >> 4);
  }

  private String name() throws Refused {
    String name = json.text();
    if (name.length() > MOST_NAME) {
      throw json.refuse("it is longer than %d letters".formatted(MOST_NAME));
    }
    return name;
  }

  private Digest digest() throws Refused {
    String text = json.text();
    try {
      return Digest.parse(text);
    } catch (IllegalArgumentException e) {
      throw json.refuse(String.valueOf(e.getMessage()));
    }
  }

  private Refused wrong(String name, String why) {
    return refuse("its file '%s' does not fit: %s".formatted(name, why));
  }

  private Refused refuse(String why) {
    return new Refused(ReasonCode.MALFORMED, "cannot use %s: %s".formatted(source, why));
  }

  private Refused tooLarge(String why, long found, long most) {
    return new Refused(
        ReasonCode.TOO_LARGE, "cannot use %s: %s".formatted(source, why.formatted(found, most)));
  }

  private static final class File {
    private String name = "";
    private long size;
    private Optional<DeltaTable.Ancestor> ancestor = Optional.empty();
    private final List<DeltaTable.Block> blocks = new ArrayList<>();
  }

  private static final class Ancestor {
    private @Nullable Digest digest;
    private long size;
  }
}
