package io.fleetinstaller.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The real disk. What it makes first stands under {@code .<name>.new} beside its place, is made
 * durable there and then renamed; a crash leaves at most that one name, which the next try takes
 * over. One thread at a time per directory.
 */
public final class DurableDisk implements Disk {
  private static final Set<OpenOption> NEW =
      Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
  private static final Pattern KERNEL = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})");

  private static final int OWNER_ALL = 0700;

  @Override
  public void createDirectories(Path directory, int mode) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = parent(directory);
    createDirectories(parent, mode);
    // Under another name until it has its mode: whoever finds the directory finds it with it.
    Path fresh = fresh(directory);
    deleteTree(fresh);
    Files.createDirectory(fresh);
    Posix.mode(fresh, mode);
    Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
    Posix.syncNames(parent);
  }

  @Override
  public void replace(Path file, byte[] content, int mode) throws IOException {
    Path fresh = fresh(file);
    Files.deleteIfExists(fresh);
    // Nobody else can open it before it has its mode.
    try (FileChannel channel = FileChannel.open(fresh, NEW, Posix.forOwner(fresh))) {
      Posix.mode(fresh, mode);
      writeFully(channel, content, 0);
      channel.force(true);
    } catch (IOException e) {
      dropAfter(e, fresh);
      throw e;
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    Posix.syncNames(parent(file));
  }

  @Override
  public void point(Path link, Path target) throws IOException {
    Path fresh = fresh(link);
    Files.deleteIfExists(fresh);
    Files.createSymbolicLink(fresh, target);
    Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
    Posix.syncNames(parent(link));
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    if (Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(to.toString());
    }
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    Posix.syncNames(parent(to));
    if (!parent(to).equals(parent(from))) {
      Posix.syncNames(parent(from));
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    if (Files.deleteIfExists(path)) {
      Posix.syncNames(parent(path));
    }
  }

  @Override
  public void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Held.isDirectory(directory)) {
      empty(directory, Posix.device(directory));
    }
    Files.deleteIfExists(directory);
    Posix.syncNames(parent(directory));
  }

  @Override
  public void sync(Path directory) throws IOException {
    boolean tells = false;
    if (Native.serves(directory)) {
      Native.syncfs(directory);
      tells = syncfsTells(System.getProperty("os.version", ""));
    }
    if (!tells) {
      // Where all is written already this costs little, and tells what could not be.
      syncEach(directory);
    }
  }

  /** Whether the kernel of this version tells there that writing back failed: since Linux 5.8. */
  static boolean syncfsTells(String kernel) {
    Matcher version = KERNEL.matcher(kernel);
    if (!version.lookingAt()) {
      return false;
    }
    int major = Integer.parseInt(version.group(1));
    return major > 5 || (major == 5 && Integer.parseInt(version.group(2)) >= 8);
  }

  @Override
  public Appender append(Path file) throws IOException {
    boolean there = Files.exists(file);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!there) {
      Posix.mode(file, 0600);
      Posix.syncNames(parent(file));
    }
    return new ChannelAppender(channel);
  }

  static void writeFully(FileChannel channel, byte[] bytes, long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer, position + buffer.position());
    }
  }

  private static void syncEach(Path directory) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
          syncEach(child);
        } else if (Files.isRegularFile(child, LinkOption.NOFOLLOW_LINKS)) {
          // Windows wants to write for it; on Linux not even its owner may, to what is read-only.
          OpenOption open =
              Native.serves(child) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
          try (FileChannel channel = FileChannel.open(child, open)) {
            channel.force(true);
          }
        }
      }
    }
    Posix.syncNames(directory);
  }

  private static void dropAfter(IOException cause, Path fresh) {
    try {
      Files.deleteIfExists(fresh);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static Path fresh(Path path) {
    return path.resolveSibling("." + path.getFileName() + ".new");
  }

  private static Path parent(Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException("%s has no parent directory".formatted(path));
    }
    return parent;
  }

  /**
   * Deletes a tree by its open directories: whoever may write in it cannot lead us elsewhere. It
   * may hold directories that not even we may write to.
   */
  private static void empty(Path directory, long device) throws IOException {
    if (Posix.device(directory) != device) {
      throw new IOException("%s is another file system mounted there".formatted(directory));
    }
    if (!Files.isReadable(directory)
        || !Files.isWritable(directory)
        || !Files.isExecutable(directory)) {
      Posix.mode(directory, OWNER_ALL);
    }
    try (Held held = Held.at(directory)) {
      for (Path child : held.children()) {
        if (Held.isDirectory(child)) {
          empty(child, device);
        }
        Files.deleteIfExists(child);
      }
    }
  }
}
