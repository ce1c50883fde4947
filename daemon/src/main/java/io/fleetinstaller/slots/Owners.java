package io.fleetinstaller.slots;

import io.fleetinstaller.io.Native;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.slots.EntryPath.Unsafe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Who gets the files of a package. As tar has it: root gives them to the user and group of the name
 * in the archive if this host has one, else to the number; anybody else keeps them. Not
 * thread-safe.
 */
final class Owners {
  private static final long MOST = 0xffff_fffeL;

  private final Scratch.Owner own;
  private final boolean root;
  private final Map<String, OptionalInt> users = new HashMap<>();
  private final Map<String, OptionalInt> groups = new HashMap<>();

  private Owners(Scratch.Owner own, boolean root) {
    this.own = own;
    this.root = root;
  }

  /** For files below this directory, which we have just made. */
  static Owners in(Path directory) throws IOException {
    Scratch.Owner own = of(directory);
    return new Owners(own, Native.serves(directory) && own.uid() == 0);
  }

  /** Who owns a file or link; 0 where files have no owner. */
  static Scratch.Owner of(Path path) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return new Scratch.Owner(0, 0);
    }
    return new Scratch.Owner(number(path, "unix:uid"), number(path, "unix:gid"));
  }

  private static int number(Path path, String attribute) throws IOException {
    Object value = Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS);
    return value instanceof Integer number ? number : 0;
  }

  boolean root() {
    return root;
  }

  /** Whether what we make belongs to this one by itself. */
  boolean isGiven(Scratch.Owner owner) {
    return own.equals(owner);
  }

  /** Who owns what nobody was named for. */
  Scratch.Owner own() {
    return root ? new Scratch.Owner(0, 0) : own;
  }

  Scratch.Owner of(TarEntry.Owner wanted) throws Unsafe {
    if (wanted.uid() < 0 || wanted.gid() < 0 || wanted.uid() > MOST || wanted.gid() > MOST) {
      throw new Unsafe("the number of its owner is none");
    }
    return root
        ? new Scratch.Owner(
            id(users, wanted.user(), Native::userId).orElse((int) wanted.uid()),
            id(groups, wanted.group(), Native::groupId).orElse((int) wanted.gid()))
        : own;
  }

  private static OptionalInt id(
      Map<String, OptionalInt> known, String name, Function<String, OptionalInt> ask) {
    return name.isEmpty() ? OptionalInt.empty() : known.computeIfAbsent(name, ask);
  }
}
