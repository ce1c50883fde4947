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
  private final List<Toc.Entry> entries = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Map<Object, Object> once = new HashMap<>();
  private final List<Row> file = new ArrayList<>();
  private int rows;
  private long counted;
  private long content;
  private boolean versioned;

  Reading(JsonStream json, TocFormat.Bounds bounds, Toc.Location location) {
    this.json = json;
    this.bounds = bounds;
    this.frames = new Frames(location.offset() - Toc.Location.HEADER);
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
    if (++rows > TocFormat.MOST_ROWS) {
      throw tooLarge("it has more than %d entries and chunks".formatted(TocFormat.MOST_ROWS));
    }
    Row row = Row.read(json);
    if (!row.isChunk()) {
      finish();
    } else if (file.isEmpty() || !row.name.equals(file.getFirst().name)) {
      throw refuse(row, "it has a chunk that does not stand behind its file");
    }
    file.add(row);
  }

  /** The entry whose rows are all here. */
  private void finish() throws Refused {
    if (file.isEmpty()) {
      return;
    }
    Row row = file.getFirst();
    TarEntry header = header(row);
    entries.add(
        new Toc.Entry(
            header,
            header.size() > 0 ? row.digest : empty(row, header),
            header.size() > 0 ? chunks(row) : List.of()));
    file.clear();
  }

  private TarEntry header(Row row) throws Refused {
    TarEntry header = row.header(each -> once.computeIfAbsent(each, same -> same));
    String path = path(row.name);
    if (row.name.isEmpty() || !names.add(path)) {
      throw refuse(row, row.name.isEmpty() ? "it has no name" : "its name stands there twice");
    }
    // The root is nobody's entry: it is there already.
    counted += path.isEmpty() ? 0 : 1;
    content += header.size();
    if (content > bounds.content() || counted > bounds.entries()) {
      throw tooLarge(
          "it has more than the %d entries or the %d bytes that are declared"
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
    boolean plain = file.size() == 1 && row.endOffset == 0 && row.chunkSize == 0;
    if (!plain || !row.digest.map(NOTHING::equals).orElse(true)) {
      throw refuse(row, "it has content, and is empty or no file");
    }
    return header.kind() == TarEntry.Kind.FILE ? Optional.of(NOTHING) : Optional.empty();
  }

  private List<Toc.Chunk> chunks(Row row) throws Refused {
    if (row.digest.isEmpty()) {
      throw refuse(row, "it has no digest");
    }
    if (file.size() == 1 && row.chunkSize == 0) {
      row.chunkSize = row.size;
      row.chunkDigest = row.digest;
    }
    List<Toc.Chunk> chunks = new ArrayList<>();
    long at = 0;
    for (int i = 0; i < file.size(); i++) {
      Row chunk = file.get(i);
      if (chunk.chunkOffset != at || chunk.chunkSize == 0 || chunk.chunkSize > row.size - at) {
        throw refuse(row, "its chunks overlap, leave holes or do not fill it");
      }
      Digest digest =
          chunk.chunkDigest.orElseThrow(() -> refuse(row, "one of its chunks has no digest"));
      chunks.add(new Toc.Chunk(at, chunk.chunkSize, digest, place(row, i)));
      at += chunk.chunkSize;
    }
    if (at != row.size) {
      throw refuse(row, "its chunks overlap, leave holes or do not fill it");
    }
    return chunks;
  }

  /** A chunk ends where one behind it begins; the last one ends with the file. */
  private Optional<Toc.Place> place(Row row, int index) throws Refused {
    Row chunk = file.get(index);
    if (chunk.chunkType.equals("zeros")) {
      return Optional.empty();
    }
    long end =
        file.subList(index + 1, file.size()).stream()
            .filter(next -> next.offset > 0 && next.offset != chunk.offset)
            .findFirst()
            .map(next -> next.offset)
            .orElse(row.endOffset);
    Toc.Place place = new Toc.Place(chunk.offset, end, chunk.innerOffset);
    Optional<String> wrong = frames.wrong(place, chunk.chunkSize);
    if (wrong.isPresent()) {
      throw refuse(row, wrong.get());
    }
    return Optional.of(place);
  }

  private Refused refuse(Row row, String why) {
    return json.refuse("entry '%s': %s".formatted(row.name, why));
  }

  private Refused tooLarge(String why) {
    return new Refused(ReasonCode.TOO_LARGE, json.refuse(why).reason().sentence());
  }
}
