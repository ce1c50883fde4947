package io.fleetinstaller.toc;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a layer holds, in the order of its archive. The one authority: whichever way the bytes come,
 * the slot is what the table says.
 */
public record Toc(List<Entry> entries) {
  /** Of an entry that says nothing of its last change. */
  public static final FileTime NO_TIME = FileTime.from(Instant.EPOCH);

  public Toc {
    entries = List.copyOf(entries);
  }

  /** About how many bytes it takes in memory. */
  public long weight() {
    return entries.stream().mapToLong(Entry::weight).sum();
  }

  /** How many chunks its files have together. */
  public long chunks() {
    return entries.stream().mapToLong(entry -> entry.chunks().size()).sum();
  }

  /** How many places of the layer they lie in: each can be fetched by itself. */
  public long frames() {
    return entries.stream()
        .flatMap(entry -> entry.chunks().stream())
        .flatMap(chunk -> chunk.place().stream())
        .mapToLong(Place::from)
        .distinct()
        .count();
  }

  /**
   * One entry.
   *
   * @param header what the archive says of it; its extents do not count, a file is all there is in
   *     its chunks
   * @param digest of a file's whole content; empty for anything else
   * @param chunks of a file, in order, from its first byte to its last without hole or overlap;
   *     none for an empty file and for anything else
   */
  public record Entry(TarEntry header, Optional<Digest> digest, List<Chunk> chunks) {
    /** About how many bytes of memory one takes at least. */
    private static final int WEIGHT = 450;

    private static final int XATTR = 120;

    public Entry {
      chunks = List.copyOf(chunks);
    }

    /** About how many bytes it takes in memory. */
    public long weight() {
      TarEntry.Owner owner = header.owner();
      long letters =
          (long) header.name().length()
              + header.link().length()
              + owner.user().length()
              + owner.group().length();
      for (Map.Entry<String, byte[]> each : header.xattrs().entrySet()) {
        letters += (long) XATTR + each.getKey().length() + each.getValue().length;
      }
      return WEIGHT + 2 * letters + (long) Chunk.WEIGHT * chunks.size();
    }
  }

  /**
   * A piece of a file.
   *
   * @param offset in the file, bytes
   * @param length in plain bytes
   * @param digest of the plain bytes
   * @param place where they lie packed; empty if they are all zeros
   */
  public record Chunk(long offset, long length, Digest digest, Optional<Place> place) {
    static final int WEIGHT = 160;
  }

  /**
   * Some plain bytes in a packed layer.
   *
   * @param from first byte in the layer of the zstd frame they begin in
   * @param to behind the last byte of the last frame that has some of them
   * @param inner how many plain bytes come before them in those frames
   */
  public record Place(long from, long to, long inner) {}

  /**
   * Where the table itself lies in its layer, zstd-packed, and what pins it.
   *
   * @param digest of the packed table
   * @param offset of its first byte in the layer; the header of the skippable frame is before it
   * @param packed its size in the layer
   * @param plain its size as text
   * @param named whether it has the names of owners; else their numbers are what counts
   */
  public record Location(Digest digest, long offset, long packed, long plain, boolean named) {
    /** Bytes of a skippable frame's own header. */
    public static final int HEADER = 8;

    private static final String OURS = "io.fleetinstaller.toc.";
    private static final List<String> PREFIXES =
        List.of(
            OURS,
            "io.github.containers.zstd-chunked.manifest-",
            "io.containers.zstd-chunked.manifest-");
    private static final Pattern FORM =
        Pattern.compile("([0-9]{1,18}):([0-9]{1,18}):([0-9]{1,18})(:1)?");

    /** That of a table of ours. */
    public Location(Digest digest, long offset, long packed, long plain) {
      this(digest, offset, packed, plain, true);
    }

    /**
     * Where the annotations of a layer say that its table is, ours or those of zstd:chunked in its
     * newer or older form; empty where they name none. An {@link IllegalArgumentException} says
     * what is wrong.
     */
    public static Optional<Location> of(Map<String, String> annotations) {
      return PREFIXES.stream()
          .filter(prefix -> annotations.containsKey(prefix + "position"))
          .findFirst()
          .map(prefix ->
              of(
                  annotations.getOrDefault(
                      prefix + (prefix.equals(OURS) ? "digest" : "checksum"), "none"),
                  annotations.getOrDefault(prefix + "position", "none"),
                  prefix.equals(OURS)));
    }

    private static Location of(String digest, String position, boolean named) {
      Matcher form = FORM.matcher(position);
      if (!form.matches()) {
        throw new IllegalArgumentException(
            "'%s' does not tell where its table of contents is".formatted(position));
      }
      return new Location(
          Digest.parse(digest),
          Long.parseLong(form.group(1)),
          Long.parseLong(form.group(2)),
          Long.parseLong(form.group(3)),
          named);
    }

    /** The annotations that {@link #of} reads. */
    public Map<String, String> annotations() {
      String prefix = named ? OURS : PREFIXES.get(1);
      return Map.of(
          prefix + (named ? "digest" : "checksum"),
          digest.toString(),
          prefix + "position",
          "%d:%d:%d".formatted(offset, packed, plain));
    }
  }
}
