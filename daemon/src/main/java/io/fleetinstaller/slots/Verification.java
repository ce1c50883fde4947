package io.fleetinstaller.slots;

import io.fleetinstaller.io.Native;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.slots.Difference.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares a slot on disk with its contents, whose digest the marker holds. Changes nothing. Used
 * once.
 */
final class Verification {
  private static final int MODE_BITS = 07777;

  private final Path slot;
  private final List<Difference> differences = new ArrayList<>();
  private final Set<String> known = new HashSet<>();

  Verification(Path slot) {
    this.slot = slot;
  }

  List<Difference> differences(Room room) throws Fault, InterruptedException {
    room.run(() -> {
      if (sealed()) {
        compareAll();
        extras();
      }
    });
    return List.copyOf(differences);
  }

  /** Whether this one entry is what it was made as. */
  boolean sound(Item item) throws IOException {
    compare(item);
    boolean sound = differences.isEmpty();
    differences.clear();
    return sound;
  }

  /** What nobody vouches for is no measure of anything. */
  private boolean sealed() throws IOException {
    Seal seal = new Seal(slot);
    Optional<Seal.Marks> marks = seal.marks();
    if (marks.isEmpty()) {
      note(Layout.RESERVED + "/" + Seal.MARKER, Kind.MISSING, "a marker", "");
      return false;
    }
    sealed(seal, Seal.DESCRIPTOR, marks.get().descriptor());
    return sealed(seal, Seal.CONTENTS, marks.get().contents());
  }

  private boolean sealed(Seal seal, String name, Digest expected) throws IOException {
    String path = Layout.RESERVED + "/" + name;
    if (!Files.isRegularFile(seal.file(name), LinkOption.NOFOLLOW_LINKS)) {
      note(path, Kind.MISSING, expected.toString(), "");
      return false;
    }
    try {
      return same(path, Kind.CONTENT, expected, digest(seal.file(name)));
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      unreadable(path, expected.toString(), e);
      return false;
    }
  }

  private void compareAll() throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(new Seal(slot).file(Seal.CONTENTS))) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (Thread.interrupted()) {
          throw new InterruptedIOException("interrupted while hashing");
        }
        Optional<Item> item = Item.of(line);
        if (item.isPresent()) {
          known.add(item.get().path());
          compare(item.get());
        }
      }
    }
  }

  /** What cannot be read is as lost as what has changed. */
  private void compare(Item item) throws InterruptedIOException {
    try {
      compare(item, slot.resolve(item.path()));
    } catch (NoSuchFileException | NotDirectoryException _) {
      note(item.path(), Kind.MISSING, item.type().name().toLowerCase(java.util.Locale.ROOT), "");
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      unreadable(item.path(), item.digest(), e);
    }
  }

  private void compare(Item item, Path path) throws IOException {
    BasicFileAttributes found = attributes(path);
    if (item.type() == Item.Type.HARDLINK) {
      hardlink(item, path);
    } else if (same(item.path(), Kind.TYPE, item.type(), type(found))) {
      content(item, path);
      owner(item, path);
      extendedAttributes(item, path);
    }
  }

  private void content(Item item, Path path) throws IOException {
    switch (item.type()) {
      case FILE -> {
        same(item.path(), Kind.CONTENT, "sha256:" + item.digest(), digest(path).toString());
        mode(item, path);
      }
      case DIRECTORY -> mode(item, path);
      case SYMLINK ->
          same(item.path(), Kind.LINK, item.link(), Files.readSymbolicLink(path).toString());
      case HARDLINK -> {}
    }
  }

  private static Digest digest(Path file) throws IOException {
    try (Original original = Original.open(file)) {
      return original.digest();
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException("interrupted while hashing").initCause(e);
    }
  }

  private void hardlink(Item item, Path path) throws IOException {
    Path other = slot.resolve(item.link());
    boolean one =
        Files.exists(other, LinkOption.NOFOLLOW_LINKS)
            && Objects.equals(attributes(path).fileKey(), attributes(other).fileKey());
    if (!one) {
      note(item.path(), Kind.LINK, "another name of " + item.link(), "something else");
    }
  }

  private void mode(Item item, Path path) throws IOException {
    if (path.getFileSystem().supportedFileAttributeViews().contains("unix")
        && Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS)
            instanceof Integer mode) {
      same(
          item.path(),
          Kind.MODE,
          Integer.toOctalString(item.mode()),
          Integer.toOctalString(mode & MODE_BITS));
    }
  }

  private void owner(Item item, Path path) throws IOException {
    Scratch.Owner found = Owners.of(path);
    same(
        item.path(),
        Kind.OWNER,
        item.uid() + ":" + item.gid(),
        Integer.toUnsignedLong(found.uid()) + ":" + Integer.toUnsignedLong(found.gid()));
  }

  /** Those it came with, and capabilities that it did not come with. */
  private void extendedAttributes(Item item, Path path) throws IOException {
    if (!Native.serves(path)) {
      return;
    }
    Map<String, String> expected = new TreeMap<>(item.xattrs());
    if (item.type() == Item.Type.FILE) {
      expected.putIfAbsent(Privileges.CAPABILITY, "");
    }
    for (Map.Entry<String, String> each : expected.entrySet()) {
      String found = Native.xattr(path, each.getKey()).map(HexFormat.of()::formatHex).orElse("");
      same(
          item.path(),
          Kind.ATTRIBUTE,
          each.getKey() + "=" + each.getValue(),
          each.getKey() + "=" + found);
    }
  }

  private void extras() throws IOException {
    Files.walkFileTree(
        slot,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            if (directory.equals(slot)) {
              return FileVisitResult.CONTINUE;
            }
            return directory.equals(slot.resolve(Layout.RESERVED)) || extra(directory)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            boolean _ = extra(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            unreadable(name(file), "", failure);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
            if (failure != null) {
              unreadable(name(directory), "", failure);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private boolean extra(Path path) {
    String name = name(path);
    boolean extra = !known.contains(name);
    if (extra) {
      note(name, Kind.EXTRA, "", "there");
    }
    return extra;
  }

  private String name(Path path) {
    return slot.relativize(path).toString().replace('\\', '/');
  }

  private boolean same(String path, Kind kind, Object expected, Object found) {
    boolean same = expected.equals(found);
    if (!same) {
      note(path, kind, expected.toString(), found.toString());
    }
    return same;
  }

  private void unreadable(String path, String expected, IOException why) {
    note(path, Kind.CONTENT, expected, "unreadable (%s)".formatted(why.getMessage()));
  }

  private void note(String path, Kind kind, String expected, String found) {
    differences.add(new Difference(path, kind, expected, found));
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static Object type(BasicFileAttributes attributes) {
    if (attributes.isSymbolicLink()) {
      return Item.Type.SYMLINK;
    }
    if (attributes.isDirectory()) {
      return Item.Type.DIRECTORY;
    }
    return attributes.isRegularFile() ? Item.Type.FILE : "special file";
  }
}
