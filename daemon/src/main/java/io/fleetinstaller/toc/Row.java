package io.fleetinstaller.toc;

import io.fleetinstaller.io.JsonStream;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** One object of a table's list, as it stands there: an entry, or a further chunk of one. */
final class Row {
  private static final long MOST_ID = 0xffff_ffffL;
  private static final int MOST_NAME = 4096;
  private static final int MOST_XATTRS = 64;

  private final JsonStream json;
  private Map<String, byte[]> xattrs = Map.of();

  String type = "";
  String name = "";
  String link = "";
  int mode;
  long size;
  long uid;
  long gid;
  String user = "";
  String group = "";
  FileTime modified = Toc.NO_TIME;
  Optional<Digest> digest = Optional.empty();
  long offset;
  long endOffset;
  long innerOffset;
  long chunkOffset;
  long chunkSize;
  Optional<Digest> chunkDigest = Optional.empty();
  String chunkType = "";

  private Row(JsonStream json) {
    this.json = json;
  }

  static Row read(JsonStream json) throws Refused {
    Row row = new Row(json);
    json.object(row::value);
    return row;
  }

  /** Keys of others (times of access, device numbers, what comes yet) mean nothing to a slot. */
  private void value(String key) throws Refused {
    switch (key) {
      case "type" -> type = json.text();
      case "name" -> name = name();
      case "linkName" -> link = name();
      case "mode" -> mode = (int) json.number(0, Integer.MAX_VALUE) & 07777;
      case "size" -> size = offset();
      case "uid" -> uid = json.number(0, MOST_ID);
      case "gid" -> gid = json.number(0, MOST_ID);
      case "userName" -> user = name();
      case "groupName" -> group = name();
      case "modtime" -> modified = time();
      case "xattrs" -> json.object(this::xattr);
      case "digest" -> digest = digest();
      case "offset" -> offset = offset();
      case "endOffset" -> endOffset = offset();
      case "innerOffset" -> innerOffset = offset();
      case "chunkOffset" -> chunkOffset = offset();
      case "chunkSize" -> chunkSize = offset();
      case "chunkDigest" -> chunkDigest = digest();
      case "chunkType" -> chunkType = json.text();
      default -> json.skip();
    }
  }

  private String name() throws Refused {
    String text = json.text();
    if (text.length() > MOST_NAME) {
      throw json.refuse("it is longer than %d letters".formatted(MOST_NAME));
    }
    return text;
  }

  private long offset() throws Refused {
    return json.number(0, Long.MAX_VALUE >> 4);
  }

  private Optional<Digest> digest() throws Refused {
    String text = json.text();
    try {
      return Optional.of(Digest.parse(text));
    } catch (IllegalArgumentException e) {
      throw json.refuse(String.valueOf(e.getMessage()));
    }
  }

  private FileTime time() throws Refused {
    String text = json.text();
    try {
      return FileTime.from(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      throw json.refuse("'%s' is not a time".formatted(text));
    }
  }

  private void xattr(String attribute) throws Refused {
    String text = json.text();
    if (xattrs.isEmpty()) {
      xattrs = new HashMap<>();
    }
    try {
      xattrs.put(attribute, Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      throw json.refuse("it is not base64");
    }
    if (xattrs.size() > MOST_XATTRS) {
      throw json.refuse("these are more than the %d allowed".formatted(MOST_XATTRS));
    }
  }

  boolean isChunk() {
    return type.equals("chunk");
  }

  /** Whether it stands for bytes that lie somewhere. */
  boolean hasContent() {
    return (isChunk() || type.equals("reg")) && !chunkType.equals("zeros");
  }

  /** What it says of some bytes of a file. */
  Piece piece() {
    return new Piece(
        offset, innerOffset, chunkOffset, chunkSize, chunkDigest, chunkType.equals("zeros"));
  }

  /**
   * Some bytes of a file, as a row says.
   *
   * @param from where in the layer the frame begins that they are in
   * @param inner how many plain bytes of it come before them
   * @param offset in the file
   */
  record Piece(
      long from, long inner, long offset, long length, Optional<Digest> digest, boolean zeros) {}

  /**
   * What the archive's header would say.
   *
   * @param once gives one object for all that are equal: most entries have one owner and one time
   */
  TarEntry header(UnaryOperator<Object> once) throws Refused {
    TarEntry.Kind kind = kind();
    return new TarEntry(
        name,
        kind,
        mode,
        (TarEntry.Owner) once.apply(new TarEntry.Owner(uid, gid, user, group)),
        (FileTime) once.apply(modified),
        kind == TarEntry.Kind.FILE ? size : 0,
        link,
        xattrs,
        size > 0 && kind == TarEntry.Kind.FILE ? List.of(new TarEntry.Extent(0, size)) : List.of());
  }

  private TarEntry.Kind kind() throws Refused {
    return switch (type) {
      case "reg" -> TarEntry.Kind.FILE;
      case "dir" -> TarEntry.Kind.DIRECTORY;
      case "symlink" -> TarEntry.Kind.SYMLINK;
      case "hardlink" -> TarEntry.Kind.HARDLINK;
      case "char", "block" -> TarEntry.Kind.DEVICE;
      case "fifo" -> TarEntry.Kind.FIFO;
      default -> throw json.refuse("'%s' (%s) is no type of entry".formatted(type, name));
    };
  }
}
