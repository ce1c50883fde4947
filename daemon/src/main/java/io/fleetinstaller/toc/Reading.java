package io.fleetinstaller.toc;

import io.fleetinstaller.io.JsonStream;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One reading of one table: rows in, entries out. */
final class Reading {
  private static final Digest NOTHING = Digest.of(new byte[0]);

  private final JsonStream json;
  private final TocFormat.Bounds bounds;
  private final Frames frames;
  private final boolean named;
  private final List<Toc.Entry> entries = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Map<Object, Object> once = new HashMap<>();
  private final List<Row.Piece> pieces = new ArrayList<>();
  private Optional<Row> file = Optional.empty();
  private long held;
  private long counted;
  private long content;
  private boolean versioned;

  Reading(JsonStream json, TocFormat.Bounds bounds, Toc.Location location) {
    this.json = json;
    this.bounds = bounds;
    this.frames = new Frames(location.offset() - Toc.Location.HEADER);
    this.named = location.named();
    this.held = location.packed();
  }

  Toc toc() throws Refused {
    json.object(this::part);
    json.end();
    if (!versioned) {
      throw json.refuse("it has no version");
    }
    finish();
    return new Toc(entries);
  }

  private void part(String key) throws Refused {
    switch (key) {
      case "version" -> {
        json.number(TocFormat.VERSION, TocFormat.VERSION);
        versioned = true;
      }
      case "entries" -> json.list(_ -> row());
      default -> json.skip();
    }
  }

  private void row() throws Refused {
    Row row = Row.read(json);
    if (!row.isChunk()) {
      finish();
      file = Optional.of(row);
    } else if (!file.map(first -> first.name.equals(row.name)).orElse(false)) {
      throw refuse(row, "it has a chunk that does not stand behind its file");
    }
    pieces.add(row.piece());
    hold(pieces.size() * (long) Toc.Chunk.WEIGHT);
  }

  /** Refuses a table before it takes more memory than it may. */
  private void hold(long more) throws Refused {
    if (held + more > bounds.held()) {
      throw new Refused(
          ReasonCode.TOO_LARGE,
          json.refuse(
                  "it would take more than the %d bytes of memory left for it"
                      .formatted(bounds.held()))
              .reason()
              .sentence());
    }
  }

  /** The entry whose rows are all here. */
  private void finish() throws Refused {
    if (file.isEmpty()) {
      return;
    }
    Row row = file.get();
    TarEntry header = header(row);
    Toc.Entry entry =
        new Toc.Entry(
            header,
            header.size() > 0 ? row.digest : empty(row, header),
            header.size() > 0 ? chunks(row) : List.of());
    hold(entry.weight());
    held += entry.weight();
    entries.add(entry);
    pieces.clear();
    file = Optional.empty();
  }

  private TarEntry header(Row row) throws Refused {
    if (!named) {
      row.user = "";
      row.group = "";
    }
    TarEntry header = row.header(each -> once.computeIfAbsent(each, same -> same));
    String path = path(row.name);
    if (row.name.isEmpty() || !names.add(path)) {
      throw refuse(row, row.name.isEmpty() ? "it has no name" : "its name stands there twice");
    }
    // The root is nobody's entry: it is there already.
    counted += path.isEmpty() ? 0 : 1;
    content += header.size();
    if (content > bounds.content() || counted > bounds.entries()) {
      throw refuse(
          row,
          "there are more than the %d entries or the %d bytes that are declared"
              .formatted(bounds.entries(), bounds.content()));
    }
    return header;
  }

  /** Without what does not make it another path. */
  private static String path(String name) {
    int from = 0;
    while (name.startsWith("./", from)) {
      from += 2;
    }
    return name.substring(
        from, name.length() - (name.length() > from && name.endsWith("/") ? 1 : 0));
  }

  private Optional<Digest> empty(Row row, TarEntry header) throws Refused {
    boolean plain = pieces.size() == 1 && row.endOffset == 0 && row.chunkSize == 0;
    if (!plain || !row.digest.map(NOTHING::equals).orElse(true)) {
      throw refuse(row, "it has content, and is empty or no file");
    }
    return header.kind() == TarEntry.Kind.FILE ? Optional.of(NOTHING) : Optional.empty();
  }

  private List<Toc.Chunk> chunks(Row row) throws Refused {
    if (row.digest.isEmpty()) {
      throw refuse(row, "it has no digest");
    }
    if (pieces.size() == 1 && row.chunkSize == 0) {
      row.chunkSize = row.size;
      row.chunkDigest = row.digest;
      pieces.set(0, row.piece());
    }
    List<Toc.Chunk> chunks = new ArrayList<>(pieces.size());
    long[] ends = ends(row);
    long at = 0;
    for (int i = 0; i < ends.length; i++) {
      Row.Piece piece = pieces.get(i);
      if (piece.offset() != at || piece.length() == 0 || piece.length() > row.size - at) {
        throw refuse(row, "its chunks overlap, leave holes or do not fill it");
      }
      Digest digest =
          piece.digest().orElseThrow(() -> refuse(row, "one of its chunks has no digest"));
      chunks.add(new Toc.Chunk(at, piece.length(), digest, place(row, piece, ends[i])));
      at += piece.length();
    }
    if (at != row.size) {
      throw refuse(row, "its chunks overlap, leave holes or do not fill it");
    }
    return chunks;
  }

  /** Each ends where the next one elsewhere begins; the last ones end with the file. */
  private long[] ends(Row row) {
    long[] ends = new long[pieces.size()];
    long behind = 0;
    long end = row.endOffset;
    for (int i = ends.length - 1; i >= 0; i--) {
      long from = pieces.get(i).from();
      if (behind > 0 && behind != from) {
        end = behind;
      }
      ends[i] = end;
      behind = from > 0 ? from : behind;
    }
    return ends;
  }

  private Optional<Toc.Place> place(Row row, Row.Piece piece, long end) throws Refused {
    if (piece.zeros()) {
      return Optional.empty();
    }
    Toc.Place place = new Toc.Place(piece.from(), end, piece.inner());
    Optional<String> wrong = frames.wrong(place, piece.length());
    if (wrong.isPresent()) {
      throw refuse(row, wrong.get());
    }
    return Optional.of(place);
  }

  private Refused refuse(Row row, String why) {
    return json.refuse("entry '%s': %s".formatted(row.name, why));
  }
}
