package io.fleetinstaller.toc;

import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.TarEntry;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes tables of contents: the same one is always the same text, and {@link TocFormat} reads it
 * back to an equal one.
 */
final class TocText {
  private TocText() {}

  static byte[] bytes(Toc toc) {
    List<Object> rows = new ArrayList<>();
    for (Toc.Entry entry : toc.entries()) {
      rows.add(entry(entry));
      entry.chunks().stream()
          .skip(1)
          .map(chunk -> chunk(entry.header().name(), chunk))
          .forEach(rows::add);
    }
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("version", TocFormat.VERSION);
    tree.put("entries", rows);
    return Json.bytes(tree);
  }

  private static Map<String, Object> entry(Toc.Entry entry) {
    TarEntry header = entry.header();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("type", type(header.kind()));
    row.put("name", header.name());
    put(row, "linkName", header.link());
    row.put("mode", header.mode());
    put(row, "size", header.size());
    put(row, "uid", header.owner().uid());
    put(row, "gid", header.owner().gid());
    put(row, "userName", header.owner().user());
    put(row, "groupName", header.owner().group());
    row.put("modtime", header.modified().toInstant());
    Map<String, String> xattrs = new TreeMap<>();
    header
        .xattrs()
        .forEach((name, value) -> xattrs.put(name, Base64.getEncoder().encodeToString(value)));
    if (!xattrs.isEmpty()) {
      row.put("xattrs", xattrs);
    }
    if (!entry.chunks().isEmpty()) {
      entry.digest().ifPresent(digest -> row.put("digest", digest));
      place(row, entry.chunks().getFirst());
      entry.chunks().stream()
          .flatMap(chunk -> chunk.place().stream())
          .mapToLong(Toc.Place::to)
          .max()
          .ifPresent(end -> row.put("endOffset", end));
    }
    if (entry.chunks().size() > 1) {
      piece(row, entry.chunks().getFirst());
    }
    return row;
  }

  private static Map<String, Object> chunk(String name, Toc.Chunk chunk) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("type", "chunk");
    row.put("name", name);
    place(row, chunk);
    row.put("chunkOffset", chunk.offset());
    piece(row, chunk);
    return row;
  }

  private static void piece(Map<String, Object> row, Toc.Chunk chunk) {
    row.put("chunkSize", chunk.length());
    row.put("chunkDigest", chunk.digest());
  }

  private static void place(Map<String, Object> row, Toc.Chunk chunk) {
    chunk
        .place()
        .ifPresentOrElse(
            place -> {
              row.put("offset", place.from());
              put(row, "innerOffset", place.inner());
            },
            () -> row.put("chunkType", "zeros"));
  }

  private static void put(Map<String, Object> row, String key, String text) {
    if (!text.isEmpty()) {
      row.put(key, text);
    }
  }

  private static void put(Map<String, Object> row, String key, long number) {
    if (number != 0) {
      row.put(key, number);
    }
  }

  private static String type(TarEntry.Kind kind) {
    return switch (kind) {
      case FILE -> "reg";
      case DIRECTORY -> "dir";
      case SYMLINK -> "symlink";
      case HARDLINK -> "hardlink";
      case DEVICE -> "char";
      case FIFO -> "fifo";
      case UNKNOWN -> throw new IllegalArgumentException("a table has no such entry");
    };
  }
}
