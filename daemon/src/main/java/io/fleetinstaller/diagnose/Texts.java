package io.fleetinstaller.diagnose;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.io.Listing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Reads files without trusting their size or kind. */
final class Texts {
  private static final int MOST = 2 << 20;
  private static final int MOST_FILES = 200;

  private Texts() {}

  /** The end of a file: of a log it is the newest. */
  static String end(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException(file + " is no file");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      channel.position(Math.max(0, channel.size() - MOST));
      boolean cut = channel.position() > 0;
      InputStream in = Channels.newInputStream(channel);
      String text = new String(in.readNBytes(MOST), UTF_8);
      return cut ? withoutFirstLine(text) : text;
    }
  }

  /** Of a line without its beginning nobody can tell whether it is secret. */
  static String withoutFirstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? "" : text.substring(end + 1);
  }

  /** What went wrong, for people. */
  static String why(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> missing.getFile() + " does not exist";
      case AccessDeniedException denied -> denied.getFile() + " is not for this user";
      case NotDirectoryException other -> other.getFile() + " is no folder";
      case FileSystemException other when other.getReason() != null ->
          "%s: %s".formatted(other.getFile(), other.getReason());
      case IOException other when other.getMessage() != null -> other.getMessage();
      case IOException other -> other.toString();
    };
  }

  /** A part for each file in this folder, at most two hundred, the last by name. */
  static List<Part> folder(String name, Path folder) {
    return folder(name, folder, _ -> true);
  }

  /** The same for those with such a name. */
  static List<Part> folder(String name, Path folder, Predicate<String> known) {
    List<Part> parts = new ArrayList<>();
    try {
      List<Path> all =
          Listing.of(folder).stream()
              .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
              .filter(file -> known.test(String.valueOf(file.getFileName())))
              .sorted()
              .toList();
      for (Path file : all.subList(Math.max(0, all.size() - MOST_FILES), all.size())) {
        parts.add(new Part(name + "/" + file.getFileName(), () -> end(file)));
      }
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (IOException e) {
      return List.of(
          new Part(
              name,
              () -> {
                throw e;
              }));
    }
    return parts;
  }
}
