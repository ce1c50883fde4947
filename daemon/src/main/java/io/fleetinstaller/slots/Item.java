package io.fleetinstaller.slots;

import io.fleetinstaller.release.Digest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * One line of a slot's contents: what an entry was made as. No name, link or attribute may contain
 * a control character, so tabs part the fields.
 *
 * @param mode twelve bits; links have none that counts
 * @param uid of the owner that the file was given
 * @param digest hex SHA-256 of a file's content; empty for anything else
 * @param link where a link leads; for a hard link, the path of the entry that it repeats
 */
record Item(
    Type type,
    int mode,
    long uid,
    long gid,
    long size,
    String digest,
    String path,
    String link,
    Map<String, String> xattrs) {
  static final String FIRST_LINE = "contents 1\n";
  private static final int FIELDS = 9;
  private static final String NONE = "-";

  Item {
    xattrs = Map.copyOf(xattrs);
  }

  /** What an entry is. */
  enum Type {
    FILE,
    DIRECTORY,
    SYMLINK,
    HARDLINK
  }

  Item with(Digest content) {
    return new Item(type, mode, uid, gid, size, content.hex(), path, link, xattrs);
  }

  String line() {
    return String.join(
            "\t",
            type.name(),
            Integer.toOctalString(mode),
            Long.toString(uid),
            Long.toString(gid),
            Long.toString(size),
            digest.isEmpty() ? NONE : digest,
            attributes(),
            path,
            link)
        + "\n";
  }

  /** Reads a line without its end; empty if it is none. */
  static Optional<Item> of(String line) {
    String[] fields = line.split("\t", -1);
    if (fields.length != FIELDS) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Item(
              Type.valueOf(fields[0]),
              Integer.parseInt(fields[1], 8),
              Long.parseLong(fields[2]),
              Long.parseLong(fields[3]),
              Long.parseLong(fields[4]),
              fields[5].equals(NONE) ? "" : fields[5],
              fields[7],
              fields[8],
              attributes(fields[6])));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static Map<String, String> hex(Map<String, byte[]> xattrs) {
    Map<String, String> hex = new TreeMap<>();
    xattrs.forEach((name, value) -> hex.put(name, HexFormat.of().formatHex(value)));
    return hex;
  }

  private String attributes() {
    StringJoiner text = new StringJoiner(",").setEmptyValue(NONE);
    new TreeMap<>(xattrs).forEach((name, value) -> text.add(name + "=" + value));
    return text.toString();
  }

  private static Map<String, String> attributes(String field) {
    Map<String, String> xattrs = new TreeMap<>();
    if (!field.equals(NONE)) {
      Arrays.stream(field.split(",", -1))
          .map(each -> each.split("=", -1))
          .forEach(each -> xattrs.put(each[0], each.length == 2 ? each[1] : ""));
    }
    return xattrs;
  }
}
