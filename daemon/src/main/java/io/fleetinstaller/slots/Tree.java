package io.fleetinstaller.slots;

import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.slots.EntryPath.Unsafe;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which entries a release has made so far; it decides what may be made next. */
final class Tree {
  private static final int LONGEST_LINK = 4000;

  /** About what a directory takes beside its name and its attributes. */
  private static final int DIRECTORY = 250;

  private final Map<String, Kind> kinds = new HashMap<>();
  private final Map<String, Directory> directories = new HashMap<>();
  private final long mostImplied;
  private long implied;
  private long held;

  /** What an entry is; a special file is one that a descriptor has to name. */
  enum Kind {
    DIRECTORY,
    FILE,
    SPECIAL_FILE,
    LINK
  }

  /** What a directory gets when nothing more is made in it. */
  record Directory(Scratch.Attributes attributes, Item item) {}

  /**
   * @param mostImplied how many directories the archive may leave out
   */
  Tree(long mostImplied) {
    this.mostImplied = mostImplied;
  }

  static Kind kind(TarEntry file) {
    return Privileges.special(file) ? Kind.SPECIAL_FILE : Kind.FILE;
  }

  void add(String path, Kind kind) throws Unsafe {
    hold(Descriptor.held(path));
    if (kinds.putIfAbsent(path, kind) != null) {
      throw new Unsafe("there is another entry of this name");
    }
  }

  /** Whether the directory has to be made; a later layer may say again what one is like. */
  boolean newDirectory(String path) throws Unsafe {
    hold(Descriptor.held(path));
    Kind before = kinds.putIfAbsent(path, Kind.DIRECTORY);
    if (before != null && before != Kind.DIRECTORY) {
      throw new Unsafe("there is another entry of this name");
    }
    return before == null;
  }

  void declared(String path, Directory directory) throws Unsafe {
    hold(DIRECTORY);
    for (Map.Entry<String, byte[]> each : directory.attributes().xattrs().entrySet()) {
      hold(DIRECTORY + each.getKey().length() + (long) each.getValue().length);
    }
    directories.put(path, directory);
  }

  /** The names come from an archive of which nothing is proven yet. */
  private void hold(long bytes) throws Unsafe {
    held += bytes;
    if (held > Descriptor.LARGEST_NAMES) {
      throw new Unsafe(
          ReasonCode.TOO_LARGE,
          "the names of all entries up to it take more memory than the %d MiB that they may; split the package"
              .formatted(Descriptor.LARGEST_NAMES >> 20));
    }
  }

  /** Whether there is such a directory, and so all those on the way to it. */
  boolean isDirectory(String path) {
    return kinds.get(path) == Kind.DIRECTORY;
  }

  /** Whether this directory on the way to an entry has to be made first. */
  boolean needsParent(String path) throws Unsafe {
    Kind kind = kinds.get(path);
    if (kind != null && kind != Kind.DIRECTORY) {
      throw new Unsafe("its name leads through '%s', which is no directory".formatted(path));
    }
    return kind == null;
  }

  void implied(String path, Directory directory) throws Unsafe {
    implied++;
    if (implied > mostImplied) {
      throw new Unsafe("too many directories have no entry of their own");
    }
    hold(Descriptor.held(path));
    kinds.put(path, Kind.DIRECTORY);
    declared(path, directory);
  }

  /** What the entry is that a hard link names; it must have been made before. */
  Kind linkable(String path) throws Unsafe {
    Kind kind = kinds.get(path);
    if (kind == null) {
      throw new Unsafe("it is a hard link to '%s', which is no entry before it".formatted(path));
    }
    if (kind == Kind.DIRECTORY) {
      throw new Unsafe("it is a hard link to a directory");
    }
    return kind;
  }

  /** Children before the directory they are in. */
  List<Map.Entry<String, Directory>> deepestFirst() {
    List<Map.Entry<String, Directory>> all = new ArrayList<>(directories.entrySet());
    all.sort(Map.Entry.comparingByKey(Comparator.reverseOrder()));
    return all;
  }

  /** A relative link that leads out of the slot would depend on where slots are kept. */
  static void stayInside(String path, String link) throws Unsafe {
    if (link.isEmpty()) {
      throw new Unsafe("it is a link to nothing");
    }
    if (link.length() > LONGEST_LINK) {
      throw new Unsafe("the name it leads to is too long");
    }
    if (link.chars().anyMatch(letter -> letter < 0x20 || letter == 0x7f)) {
      throw new Unsafe("the name it leads to contains a control character");
    }
    if (link.startsWith("/")) {
      return;
    }
    Deque<String> at = new ArrayDeque<>(List.of(path.split("/", -1)));
    at.removeLast();
    for (String part : link.split("/", -1)) {
      if (part.equals("..")) {
        if (at.pollLast() == null) {
          throw new Unsafe("it is a link out of the slot; make it absolute or leave it out");
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        at.addLast(part);
      }
    }
  }
}
