package io.fleetinstaller.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** What differs between a real POSIX file system, one in memory and Windows. Thread-safe. */
final class Posix {

  private Posix() {}

  /** Sets the mode, set-uid, set-gid and sticky bits included, where there are modes. */
  static void mode(Path path, int mode) throws IOException {
    Set<String> views = path.getFileSystem().supportedFileAttributeViews();
    if (real(path)) {
      Files.setAttribute(path, "unix:mode", mode);
    } else if (views.contains("posix")) {
      Files.setPosixFilePermissions(path, permissions(mode));
    }
  }

  /** What a new file is made with, so that it is its owner's only. */
  static FileAttribute<?>[] forOwner(Path path) {
    boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions(0600))}
        : new FileAttribute<?>[0];
  }

  /** Makes the names in this directory durable, where a directory can be opened at all. */
  static void syncNames(Path directory) throws IOException {
    if (!real(directory)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Which file system this file or link itself is on; 0 where nobody knows. */
  static long device(Path path) throws IOException {
    return real(path)
            && Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS)
                instanceof Long device
        ? device
        : 0;
  }

  /**
   * The name as the kernel knows it. In the C locale Java shows a letter beyond ASCII as a question
   * mark, but the URI of a path has all its bytes.
   */
  static byte[] bytes(Path path) {
    String text = path.toString();
    if (text.chars().allMatch(letter -> letter < 0x80)) {
      return text.getBytes(StandardCharsets.US_ASCII);
    }
    String uri = path.toUri().getRawPath();
    String plain = uri.length() > 1 && uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int at = 0; at < plain.length(); at++) {
      boolean escaped = plain.charAt(at) == '%';
      bytes.write(
          escaped ? Integer.parseInt(plain.substring(at + 1, at + 3), 16) : plain.charAt(at));
      at += escaped ? 2 : 0;
    }
    return bytes.toByteArray();
  }

  /** A file system of the kernel with POSIX semantics: neither Windows nor memory. */
  static boolean real(Path path) {
    return path.getFileSystem().equals(FileSystems.getDefault())
        && path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }

  static Set<PosixFilePermission> permissions(int mode) {
    StringBuilder text = new StringBuilder("rwxrwxrwx");
    for (int bit = 0; bit < text.length(); bit++) {
      if ((mode & (0400 >> bit)) == 0) {
        text.setCharAt(bit, '-');
      }
    }
    return PosixFilePermissions.fromString(text.toString());
  }
}
