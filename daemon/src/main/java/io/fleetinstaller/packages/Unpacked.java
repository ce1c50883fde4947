package io.fleetinstaller.packages;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.io.TarReader;
import io.fleetinstaller.release.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The contents of files, each once and under its digest, in a folder that is thrown away. */
record Unpacked(Path folder) {

  /** One file of a release that has any content. */
  record File(String name, Digest digest, long size) {}

  /**
   * Lays out the files of a layer, but for those of these digests.
   *
   * @return all its files, in the layer's order
   */
  List<File> layer(InputStream packed, Compression compression, Set<Digest> known)
      throws IOException {
    List<File> files = new ArrayList<>();
    Set<Digest> kept = new LinkedHashSet<>(known);
    try (InputStream plain = new BufferedInputStream(compression.decode(packed), 1 << 17)) {
      TarReader tar = new TarReader(plain);
      for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
        TarEntry entry = next.get();
        if (entry.kind() == TarEntry.Kind.FILE && entry.size() > 0) {
          files.add(file(entry, tar, kept));
        }
      }
      tar.finish();
    }
    return files;
  }

  private File file(TarEntry entry, TarReader tar, Set<Digest> kept) throws IOException {
    Path partial = folder.resolve("partial");
    Digest digest = content(entry, tar, partial);
    if (kept.add(digest)) {
      Files.move(partial, path(digest), StandardCopyOption.ATOMIC_MOVE);
    }
    return new File(entry.name(), digest, entry.size());
  }

  private static Digest content(TarEntry entry, TarReader tar, Path into) throws IOException {
    MessageDigest digest = Digest.algorithm();
    byte[] buffer = new byte[1 << 16];
    try (SeekableByteChannel out =
        Files.newByteChannel(
            into,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (TarEntry.Extent extent : entry.extents()) {
        hole(extent.offset(), out, digest);
        for (long left = extent.length(); left > 0; ) {
          int count = tar.read(buffer, 0, (int) Math.min(left, buffer.length));
          digest.update(buffer, 0, count);
          ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
          while (bytes.hasRemaining()) {
            out.write(bytes);
          }
          left -= count;
        }
      }
      hole(entry.size(), out, digest);
    }
    return Digest.of(digest);
  }

  private static void hole(long until, SeekableByteChannel out, MessageDigest digest)
      throws IOException {
    byte[] zeros = new byte[1 << 16];
    for (long left = until - out.position(); left > 0; left -= zeros.length) {
      digest.update(zeros, 0, (int) Math.min(left, zeros.length));
    }
    if (until > out.position()) {
      out.position(until - 1);
      out.write(ByteBuffer.allocate(1));
    }
  }

  Path path(Digest digest) {
    return folder.resolve(digest.hex());
  }
}
