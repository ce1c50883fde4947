package io.fleetinstaller.io;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where damaged state goes: it is renamed to {@code <name>.corrupt}, so that nothing stops at it
 * and a person can still look at it. Of each name the newest is kept.
 */
public final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
  private static final String SUFFIX = ".corrupt";
  private static final int DEPTH = 4;
  private static final int MOST = 100;

  private Quarantine() {}

  /** Where this file lies, or would, once it is set aside. */
  public static Path aside(Path file) {
    return file.resolveSibling(file.getFileName() + SUFFIX);
  }

  public static boolean holds(Path file) {
    return String.valueOf(file.getFileName()).endsWith(SUFFIX);
  }

  /** Sets a file, or whatever stands in its place, aside. */
  public static void put(Disk disk, Path file, String why) throws IOException {
    Path aside = aside(file);
    LOG.warn("setting {} aside as {}: {}", file, aside.getFileName(), why);
    if (Files.isDirectory(aside, LinkOption.NOFOLLOW_LINKS)) {
      disk.deleteTree(aside);
    } else if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      disk.delete(aside);
    }
    disk.move(file, aside);
  }

  /** Sets aside what stands where a file is going to be and is none, so that it can be. */
  public static void clear(Disk disk, Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      put(disk, file, "it is no file");
    }
  }

  /** Makes a directory; what stands in its way, or in that of a parent, is set aside. */
  public static void directory(Disk disk, Path directory, int mode) throws IOException {
    Path there = directory.toAbsolutePath();
    while (!Files.exists(there, LinkOption.NOFOLLOW_LINKS) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      put(disk, there, "it is no directory");
    }
    disk.createDirectories(directory, mode);
  }

  /**
   * What was set aside below this directory, at most a hundred; what cannot be read is left out.
   */
  public static List<Path> below(Path directory) {
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(directory, java.util.Set.of(), DEPTH, new Finder(found));
    } catch (IOException e) {
      LOG.debug("cannot list {}: {}", directory, e.getMessage());
    }
    if (Files.exists(aside(directory), LinkOption.NOFOLLOW_LINKS)) {
      found.add(aside(directory));
    }
    Collections.sort(found);
    return found;
  }

  private static final class Finder extends SimpleFileVisitor<Path> {
    private final List<Path> found;

    Finder(List<Path> found) {
      this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      return take(directory) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      return take(file) && found.size() >= MOST
          ? FileVisitResult.TERMINATE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE;
    }

    private boolean take(Path path) {
      return holds(path) && found.add(path);
    }
  }
}
