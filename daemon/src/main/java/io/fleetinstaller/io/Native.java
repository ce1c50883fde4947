package io.fleetinstaller.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * The calls of the C library on 64-bit Linux that Java does not offer. Ask {@link #serves} first;
 * where it says no (another system, a file system in memory) there is nothing to call. Thread-safe.
 */
@SuppressWarnings("restricted")
public final class Native {
  // Two of the few flags whose numbers differ between processors.
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;
  private static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;
  private static final int O_WRONLY = 1;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;
  private static final int EAGAIN = 11;
  private static final long FICLONE = 0x40049409L;

  /** How file systems say that they cannot share these bytes: EXDEV, EINVAL, ENOTTY and so on. */
  static final Set<Integer> UNSHARED = Set.of(1, 18, 22, 25, 26, 38, 95);

  private static final int ENODATA = 61;
  private static final int EOPNOTSUPP = 95;
  private static final int STATVFS_BYTES = 256;
  private static final int STATVFS_BLOCK_SIZE = 8;
  private static final int STATVFS_FREE_BLOCKS = 32;
  private static final int STATVFS_INODES = 40;
  private static final int STATVFS_FREE_INODES = 56;
  private static final int XATTR_MOST_BYTES = 65_536;
  private static final int ID_OFFSET_IN_PASSWD_AND_GROUP = 16;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final boolean PRESENT =
      LINKER.defaultLookup().find("syncfs").isPresent() && ValueLayout.ADDRESS.byteSize() == 8;

  private Native() {}

  /** Whether this path lives where these calls work. */
  public static boolean serves(Path path) {
    return PRESENT && path.getFileSystem().equals(FileSystems.getDefault());
  }

  /**
   * Makes everything on the file system of this directory durable. See {@link
   * DurableDisk#syncfsTells} for what that is worth.
   */
  static void syncfs(Path directory) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(STATE);
      int descriptor =
          (int) Calls.OPEN.invokeExact(errno, text(arena, directory), O_DIRECTORY | O_CLOEXEC);
      check(descriptor, errno, directory);
      try {
        check((int) Calls.SYNCFS.invokeExact(errno, descriptor), errno, directory);
      } finally {
        int _ = (int) Calls.CLOSE.invokeExact(errno, descriptor);
      }
    } catch (Throwable e) {
      throw asIs(e);
    }
  }

  /** Opens a file for nothing but locking it. */
  static int openToLock(Path file) throws IOException {
    return open(file, O_CLOEXEC);
  }

  /** Opens whatever is there to read it, but no link, and waits for nobody. */
  static int openToHold(Path path) throws IOException {
    return open(path, O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  }

  private static int open(Path path, int flags) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(STATE);
      int descriptor = (int) Calls.OPEN.invokeExact(errno, text(arena, path), flags);
      check(descriptor, errno, path);
      return descriptor;
    } catch (Throwable e) {
      throw asIs(e);
    }
  }

  /**
   * Lets an empty file share all bytes of an open one, until either is written to.
   *
   * @return false where the file system cannot
   */
  static boolean share(int source, Path fresh) throws IOException {
    int target = open(fresh, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(STATE);
      int result = (int) Calls.IOCTL.invokeExact(errno, target, FICLONE, source);
      if (result < 0 && UNSHARED.contains((int) ERRNO.get(errno, 0L))) {
        return false;
      }
      check(result, errno, fresh);
      return true;
    } catch (Throwable e) {
      throw asIs(e);
    } finally {
      close(target);
    }
  }

  /** The extended attributes of an open file or directory. */
  static Map<String, byte[]> xattrs(int descriptor, Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(STATE);
      MemorySegment bytes = arena.allocate(XATTR_MOST_BYTES);
      long most = XATTR_MOST_BYTES;
      long length = (long) Calls.FLISTXATTR.invokeExact(errno, descriptor, bytes, most);
      if (length < 0 && absent(errno)) {
        return Map.of();
      }
      check(length, errno, path);
      byte[] names = bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      Map<String, byte[]> found = new TreeMap<>();
      for (String name : new String(names, StandardCharsets.UTF_8).split("\0", -1)) {
        MemorySegment key = arena.allocateFrom(name);
        long size = (long) Calls.FGETXATTR.invokeExact(errno, descriptor, key, bytes, most);
        if (!name.isEmpty() && size >= 0) {
          found.put(name, bytes.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE));
        }
      }
      return found;
    } catch (Throwable e) {
      throw asIs(e);
    }
  }

  /** Takes flock(2) of an open file; false while somebody else has it. */
  static boolean flock(int descriptor, Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(STATE);
      int result = (int) Calls.FLOCK.invokeExact(errno, descriptor, LOCK_EX | LOCK_NB);
      if (result < 0 && (int) ERRNO.get(errno, 0L) == EAGAIN) {
        return false;
      }
      check(result, errno, file);
      return true;
    } catch (Throwable e) {
      throw asIs(e);
    }
  }

  static void close(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      int _ = (int) Calls.CLOSE.invokeExact(arena.allocate(STATE), descriptor);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** What a process without special rights may still write on the file system of this path. */
  static Scratch.Free free(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(STATE);
      MemorySegment answer = arena.allocate(STATVFS_BYTES, 8);
      check((int) Calls.STATVFS.invokeExact(errno, text(arena, path), answer), errno, path);
      long bytes =
          answer.get(ValueLayout.JAVA_LONG, STATVFS_FREE_BLOCKS)
              * answer.get(ValueLayout.JAVA_LONG, STATVFS_BLOCK_SIZE);
      // btrfs and some network file systems make inodes as they go, and say that they have none.
      boolean counted = answer.get(ValueLayout.JAVA_LONG, STATVFS_INODES) != 0;
      long inodes = answer.get(ValueLayout.JAVA_LONG, STATVFS_FREE_INODES);
      return new Scratch.Free(bytes, counted ? inodes : Long.MAX_VALUE);
    } catch (Throwable e) {
      throw asIs(e);
    }
  }

  /** Gives the file or link itself to this user and group. */
  static void chown(Path path, int uid, int gid) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(STATE);
      check((int) Calls.LCHOWN.invokeExact(errno, text(arena, path), uid, gid), errno, path);
    } catch (Throwable e) {
      throw asIs(e);
    }
  }

  /** Sets an extended attribute of the file or link itself, e.g. {@code security.capability}. */
  static void setXattr(Path path, String name, byte[] value) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(STATE);
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, value);
      int result =
          (int)
              Calls.LSETXATTR.invokeExact(
                  errno,
                  text(arena, path),
                  arena.allocateFrom(name),
                  bytes,
                  (long) value.length,
                  0);
      check(result, errno, path);
    } catch (Throwable e) {
      throw asIs(e);
    }
  }

  /** The value of an extended attribute of the file or link itself; empty if it has none. */
  public static Optional<byte[]> xattr(Path path, String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(STATE);
      MemorySegment bytes = arena.allocate(XATTR_MOST_BYTES);
      long size =
          (long)
              Calls.LGETXATTR.invokeExact(
                  errno,
                  text(arena, path),
                  arena.allocateFrom(name),
                  bytes,
                  (long) XATTR_MOST_BYTES);
      if (size < 0 && absent(errno)) {
        return Optional.empty();
      }
      check(size, errno, path);
      return Optional.of(bytes.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE));
    } catch (Throwable e) {
      throw asIs(e);
    }
  }

  /** The number of the user of this name. */
  public static OptionalInt userId(String name) {
    return id(Calls.GETPWNAM, name);
  }

  /** The number of the group of this name. */
  public static OptionalInt groupId(String name) {
    return id(Calls.GETGRNAM, name);
  }

  /** The C library answers in a buffer that all its callers share. */
  private static synchronized OptionalInt id(MethodHandle call, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(STATE);
      MemorySegment entry = (MemorySegment) call.invokeExact(errno, arena.allocateFrom(name));
      if (entry.equals(MemorySegment.NULL)) {
        return OptionalInt.empty();
      }
      MemorySegment fields = entry.reinterpret(ID_OFFSET_IN_PASSWD_AND_GROUP + Integer.BYTES);
      return OptionalInt.of(fields.get(ValueLayout.JAVA_INT, ID_OFFSET_IN_PASSWD_AND_GROUP));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static MemorySegment text(Arena arena, Path path) {
    byte[] bytes = Posix.bytes(path);
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, Arrays.copyOf(bytes, bytes.length + 1));
  }

  /** What a call left at the begin of its memory. */
  static int errno(MemorySegment memory) {
    return (int) ERRNO.get(memory, 0L);
  }

  private static boolean absent(MemorySegment errno) {
    int code = (int) ERRNO.get(errno, 0L);
    return code == ENODATA || code == EOPNOTSUPP;
  }

  static void check(long result, MemorySegment errno, Path path) throws IOException {
    if (result < 0) {
      int code = (int) ERRNO.get(errno, 0L);
      throw new FileSystemException(path.toString(), null, Errno.sentence(code));
    }
  }

  static IOException asIs(Throwable thrown) {
    return thrown instanceof IOException e ? e : sneak(unexpected(thrown));
  }

  private static IOException sneak(RuntimeException bug) {
    throw bug;
  }

  static RuntimeException unexpected(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException bug ? bug : new IllegalStateException(thrown);
  }

  static MethodHandle handle(String name, FunctionDescriptor shape, Linker.Option... more) {
    Linker.Option[] options = Arrays.copyOf(more, more.length + 1);
    options[more.length] = Linker.Option.captureCallState("errno");
    return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), shape, options);
  }

  /** Looked up when first called, so that loading this class works on every system. */
  private static final class Calls {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout TEXT = ValueLayout.ADDRESS;

    static final MethodHandle OPEN = variadic("open", FunctionDescriptor.of(INT, TEXT, INT));
    static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(INT, INT));
    static final MethodHandle FLOCK = call("flock", FunctionDescriptor.of(INT, INT, INT));
    static final MethodHandle SYNCFS = call("syncfs", FunctionDescriptor.of(INT, INT));
    static final MethodHandle STATVFS = call("statvfs", FunctionDescriptor.of(INT, TEXT, TEXT));
    static final MethodHandle LCHOWN = call("lchown", FunctionDescriptor.of(INT, TEXT, INT, INT));
    static final MethodHandle LSETXATTR =
        call("lsetxattr", FunctionDescriptor.of(INT, TEXT, TEXT, TEXT, LONG, INT));
    static final MethodHandle LGETXATTR =
        call("lgetxattr", FunctionDescriptor.of(LONG, TEXT, TEXT, TEXT, LONG));
    static final MethodHandle FLISTXATTR =
        call("flistxattr", FunctionDescriptor.of(LONG, INT, TEXT, LONG));
    static final MethodHandle FGETXATTR =
        call("fgetxattr", FunctionDescriptor.of(LONG, INT, TEXT, TEXT, LONG));
    static final MethodHandle IOCTL = variadic("ioctl", FunctionDescriptor.of(INT, INT, LONG, INT));
    static final MethodHandle GETPWNAM = call("getpwnam", FunctionDescriptor.of(TEXT, TEXT));
    static final MethodHandle GETGRNAM = call("getgrnam", FunctionDescriptor.of(TEXT, TEXT));

    private static MethodHandle variadic(String name, FunctionDescriptor shape) {
      return handle(name, shape, Linker.Option.firstVariadicArg(2));
    }

    private static MethodHandle call(String name, FunctionDescriptor shape) {
      return handle(name, shape);
    }
  }
}
