package io.fleetinstaller.slots;

import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.slots.EntryPath.Unsafe;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes what the entries of a release say, once their names are known to be good. */
final class Making {
  private static final int OTHERS_WRITE = 02;
  private static final int STICKY = 01000;
  private static final int DIRECTORY_MODE = 0755;

  private final Target target;
  private final Tree tree;
  private final Privileges privileges;

  /** Where it goes, through what. */
  record Target(
      Path directory,
      Scratch scratch,
      Room room,
      Owners owners,
      ContentsWriter contents,
      Twins twins,
      Optional<Begun> begun) {}

  Making(Target target, Tree tree, Privileges privileges) {
    this.target = target;
    this.tree = tree;
    this.privileges = privileges;
  }

  /** Makes the directories on the way to an entry that the archive left out. */
  void parents(String path) throws Unsafe, Fault, InterruptedException {
    int last = path.lastIndexOf('/');
    if (last >= 0 && !tree.isDirectory(path.substring(0, last))) {
      for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
        parent(path.substring(0, end));
      }
    }
  }

  private void parent(String path) throws Unsafe, Fault, InterruptedException {
    if (tree.needsParent(path)) {
      create(() -> target.scratch().directory(at(path)));
      Made made = new Made(DIRECTORY_MODE, target.owners().own());
      Scratch.Attributes attributes =
          new Scratch.Attributes(DIRECTORY_MODE, chown(made.owner()), null, Map.of());
      tree.implied(path, new Tree.Directory(attributes, item(path, Item.Type.DIRECTORY, made)));
    }
  }

  void file(String path, TarEntry entry, Content content)
      throws Unsafe, IOException, Fault, InterruptedException {
    tree.add(path, Tree.kind(entry));
    Made made = made(entry);
    Item item = item(path, entry, made);
    if (!adopted(item, content, attributes(entry, made)) && !linked(item, content)) {
      write(path, entry, made, content);
      target.contents().file(item, content::check);
    }
  }

  /** Takes over the file that an earlier try made. */
  private boolean adopted(Item plain, Content content, Scratch.Attributes attributes)
      throws Unsafe, Fault, InterruptedException {
    Optional<Path> made =
        content.digest().isEmpty()
            ? Optional.empty()
            : target.begun().flatMap(begun -> begun.only(plain.path()));
    if (made.isEmpty() || !linked(plain, content, made.get())) {
      return false;
    }
    // A power cut may have taken its time of last change, which no other slot has to have.
    target.room().run(() -> target.scratch().attributes(at(plain.path()), attributes));
    return true;
  }

  /** Gives a file of another slot that is the same for ever a further name in this one. */
  private boolean linked(Item plain, Content content) throws Unsafe, Fault, InterruptedException {
    Optional<Path> twin = content.digest().map(plain::with).flatMap(target.twins()::of);
    return twin.isPresent() && linked(plain, content, twin.get());
  }

  private boolean linked(Item plain, Content content, Path file)
      throws Unsafe, Fault, InterruptedException {
    Item item = plain.with(content.digest().orElseThrow());
    Path path = at(plain.path());
    if (!create(() -> link(path, file))) {
      return false;
    }
    // Only here, where nobody else can reach it, is it certain what got the name.
    if (!target.room().in(() -> new Verification(target.directory()).sound(item))) {
      target.room().run(() -> target.scratch().unlink(path));
      return false;
    }
    target.contents().other(item);
    return true;
  }

  /** False where the file may have no further name, for whatever reason: it can be written. */
  private boolean link(Path link, Path file) throws IOException {
    try {
      target.scratch().hardlink(link, file);
      return true;
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException _) {
      return false;
    }
  }

  private void write(String path, TarEntry entry, Made made, Content content)
      throws Unsafe, IOException, Fault, InterruptedException {
    Path file = at(path);
    Scratch.Output out = create(() -> target.scratch().file(file));
    // Closed by hand on every way out: closing after a failure must not hide the failure.
    try (NewFile writing = new NewFile(target, out, path, entry.size())) {
      content.write(writing);
      writing.end();
      target.room().run(() -> out.attributes(attributes(entry, made)));
    } catch (IOException | Fault | InterruptedException | RuntimeException e) {
      closeAfter(e, out);
      throw e;
    }
    target.room().run(out::close);
  }

  void directory(String path, TarEntry entry) throws Unsafe, Fault, InterruptedException {
    Made made = made(entry);
    if (tree.newDirectory(path)) {
      create(() -> target.scratch().directory(at(path)));
    }
    tree.declared(
        path, new Tree.Directory(attributes(entry, made), item(path, Item.Type.DIRECTORY, made)));
  }

  void symlink(String path, TarEntry entry) throws Unsafe, Fault, InterruptedException {
    Tree.stayInside(path, entry.link());
    tree.add(path, Tree.Kind.LINK);
    Made made = made(entry);
    Path link = at(path);
    create(() -> target.scratch().symlink(link, entry.link()));
    target.room().run(() -> target.scratch().attributes(link, linkAttributes(entry, made)));
    target.contents().other(link(Item.Type.SYMLINK, path, entry.link(), made));
  }

  void hardlink(String path, TarEntry entry) throws Unsafe, Fault, InterruptedException {
    String linked = String.join("/", EntryPath.parts(entry.link()));
    tree.add(path, privileges.linkable(path, entry, tree));
    create(() -> target.scratch().hardlink(at(path), at(linked)));
    Made made = new Made(0, target.owners().own());
    target.contents().other(link(Item.Type.HARDLINK, path, linked, made));
  }

  /** Gives the directories their attributes, the deepest first: what is made in one touches it. */
  void finish() throws Fault, InterruptedException {
    for (Map.Entry<String, Tree.Directory> each : tree.deepestFirst()) {
      Tree.Directory directory = each.getValue();
      Path path = target.directory().resolve(each.getKey());
      target.room().run(() -> target.scratch().attributes(path, directory.attributes()));
      target.contents().other(directory.item());
    }
  }

  private Path at(String path) {
    return target.directory().resolve(path);
  }

  /** Our own check has seen no such name: so the file system takes two names for one. */
  private <T> T create(Room.Action<T> action) throws Unsafe, Fault, InterruptedException {
    Optional<T> made =
        target
            .room()
            .in(() -> {
              try {
                return Optional.of(action.run());
              } catch (FileAlreadyExistsException _) {
                return Optional.empty();
              }
            });
    return made.orElseThrow(
        () -> new Unsafe("this file system takes its name for that of another entry"));
  }

  private void create(Room.Effect effect) throws Unsafe, Fault, InterruptedException {
    this.<Boolean>create(() -> {
      effect.run();
      return true;
    });
  }

  private Made made(TarEntry entry) throws Unsafe {
    return new Made(
        mode(entry),
        target.owners().of(entry.owner()),
        Privileges.kept(entry, target.owners().root()));
  }

  /**
   * What root runs not everybody may change, however it was packed. A link's own mode is no matter,
   * and in a directory with the sticky bit nobody changes what others made.
   */
  private static int mode(TarEntry entry) {
    boolean sticky = entry.kind() == TarEntry.Kind.DIRECTORY && (entry.mode() & STICKY) != 0;
    boolean harmless = entry.kind() == TarEntry.Kind.SYMLINK || sticky;
    return harmless ? entry.mode() : entry.mode() & ~OTHERS_WRITE;
  }

  private Scratch.Attributes attributes(TarEntry entry, Made made) {
    return new Scratch.Attributes(
        made.mode(), chown(made.owner()), entry.modified(), made.xattrs());
  }

  private Scratch.Attributes linkAttributes(TarEntry entry, Made made) {
    return new Scratch.Attributes(null, chown(made.owner()), entry.modified(), made.xattrs());
  }

  private Scratch.@Nullable Owner chown(Scratch.Owner owner) {
    return target.owners().root() && !target.owners().isGiven(owner) ? owner : null;
  }

  private static Item item(String path, TarEntry entry, Made made) {
    return new Item(
        Item.Type.FILE,
        made.mode(),
        Integer.toUnsignedLong(made.owner().uid()),
        Integer.toUnsignedLong(made.owner().gid()),
        entry.size(),
        "",
        path,
        "",
        Item.hex(made.xattrs()));
  }

  private static Item item(String path, Item.Type type, Made made) {
    return link(type, path, "", made);
  }

  private static Item link(Item.Type type, String path, String link, Made made) {
    return new Item(
        type,
        made.mode(),
        Integer.toUnsignedLong(made.owner().uid()),
        Integer.toUnsignedLong(made.owner().gid()),
        0,
        "",
        path,
        link,
        Item.hex(made.xattrs()));
  }

  private static void closeAfter(Exception failure, Scratch.Output out) {
    try {
      out.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** What an entry is made as on this host. */
  private record Made(int mode, Scratch.Owner owner, Map<String, byte[]> xattrs) {
    Made(int mode, Scratch.Owner owner) {
      this(mode, owner, Map.of());
    }
  }
}
