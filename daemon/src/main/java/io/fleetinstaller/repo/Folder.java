package io.fleetinstaller.repo;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Fault.Transient;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One folder and what is in it; each file changes whole and durably. */
record Folder(Disk disk, Path path) {
  static final int LARGEST = 16 << 20;

  private static final int DIRECTORY = 0755;
  private static final int SECRET_DIRECTORY = 0700;
  private static final int FILE = 0644;
  private static final int SECRET_FILE = 0600;

  Folder in(String name) {
    return new Folder(disk, path.resolve(name));
  }

  /** The folder that this file is in. */
  static Folder of(Disk disk, Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return new Folder(disk, parent == null ? file : parent);
  }

  Optional<byte[]> read(String name) throws Broken, Refused {
    Path file = path.resolve(name);
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] bytes = stream.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new Refused(
            ReasonCode.TOO_LARGE,
            "cannot read %s: it is over the %d bytes allowed".formatted(file, LARGEST));
      }
      return Optional.of(bytes);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  boolean has(String name) {
    return Files.exists(path.resolve(name));
  }

  void write(String name, byte[] content) throws Broken {
    put(name, content, DIRECTORY, FILE);
  }

  /** For the eyes of this user only. */
  void writeSecret(String name, byte[] content) throws Broken {
    put(name, content, SECRET_DIRECTORY, SECRET_FILE);
  }

  private void put(String name, byte[] content, int directory, int mode) throws Broken {
    Path file = path.resolve(name).toAbsolutePath();
    try {
      disk.createDirectories(of(disk, file).path(), directory);
      disk.replace(file, content, mode);
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  void delete(String name) throws Broken {
    Path file = path.resolve(name);
    try {
      disk.delete(file);
    } catch (IOException e) {
      throw failed("delete", file, e);
    }
  }

  void deleteTree(String name) throws Broken {
    Path directory = path.resolve(name);
    try {
      disk.deleteTree(directory);
    } catch (IOException e) {
      throw failed("delete", directory, e);
    }
  }

  /** The names of what is in it, in order; none if it does not exist. */
  List<String> names() throws Broken {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw failed("list", path, e);
    }
  }

  /** That nobody else changes what is here. */
  record Hold(FileChannel channel) implements AutoCloseable {
    @Override
    public void close() throws Broken {
      try {
        channel.close();
      } catch (IOException e) {
        throw new Broken(ReasonCode.IO_ERROR, "cannot let go of the folder: " + e);
      }
    }
  }

  /** Holds it, or refuses at once if somebody else does. */
  Hold hold() throws Fault {
    Path file = path.resolve(".lock");
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (isTaken(channel)) {
        channel.close();
        throw new Transient(
            ReasonCode.BUSY,
            "cannot work in %s: another command is at it; try again when it has ended"
                .formatted(path));
      }
      return new Hold(channel);
    } catch (NoSuchFileException _) {
      throw new Refused(
          ReasonCode.NOT_FOUND, "cannot work in %s: there is no such folder".formatted(path));
    } catch (IOException e) {
      throw failed("lock", file, e);
    }
  }

  private static boolean isTaken(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() == null;
    } catch (OverlappingFileLockException _) {
      return true;
    }
  }

  private static Broken failed(String what, Path file, IOException e) {
    return new Broken(ReasonCode.IO_ERROR, "cannot %s %s: %s".formatted(what, file, e));
  }
}
