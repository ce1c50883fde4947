package io.fleetinstaller.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What is another about a file, a folder or a link when its content is: its number, size and times.
 * Nobody sets {@code ctime} by hand. A disk that loses what it holds changes none of these.
 */
public record Stamp(Map<String, Object> attributes) {
  public Stamp {
    attributes = Map.copyOf(attributes);
  }

  /** Bytes. */
  public long size() {
    return attributes.get("size") instanceof Long size ? size : 0;
  }

  /** When anything about it changed last, by the clock of its disk. */
  Instant changed() {
    return attributes.get("ctime") instanceof FileTime time ? time.toInstant() : Instant.MAX;
  }

  /** Empty where it cannot be told, so that nothing is remembered by it. */
  public static Optional<Stamp> of(Path file) {
    return read(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** The same of what links lead to. */
  static Optional<Stamp> ofTarget(Path file) {
    return read(file);
  }

  private static Optional<Stamp> read(Path file, LinkOption... options) {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Stamp(
              Files.readAttributes(file, "unix:fileKey,size,lastModifiedTime,ctime", options)));
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
