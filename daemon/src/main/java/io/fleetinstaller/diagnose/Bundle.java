package io.fleetinstaller.diagnose;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.io.TarWriter;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Fault.Transient;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Writes the archive: whole or not at all, for its owner alone, and over nothing that is there. A
 * part that cannot be had, takes too long or is too large stops no other.
 */
final class Bundle {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int MOST_OF_ONE = 2 << 20;
  private static final int MOST_OF_ALL = 64 << 20;

  private final Time time;
  private final List<String> missing = new ArrayList<>();
  private final StringBuilder contents = new StringBuilder();
  private long size;

  Bundle(Time time) {
    this.time = time;
  }

  /** Which parts are missing, and why. */
  List<String> write(List<Part> parts, Path output) throws Fault, InterruptedException {
    Path folder = output.toAbsolutePath().getParent();
    Path fresh = output.resolveSibling("." + output.getFileName() + ".new");
    try {
      if (folder == null || Files.exists(output)) {
        throw new FileAlreadyExistsException(output.toString());
      }
      if (!Files.exists(folder)) {
        throw new NoSuchFileException(folder.toString());
      }
      Files.deleteIfExists(fresh);
      try {
        archive(parts, fresh);
        // Unlike a rename it fails where something is, and unlike a link every file system can.
        Files.createFile(output);
        Files.move(fresh, output, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(fresh);
      }
      return List.copyOf(missing);
    } catch (FileAlreadyExistsException e) {
      throw new Refused(
          ReasonCode.CONFLICT,
          "cannot write %s: it is there already; name another with --output".formatted(output));
    } catch (IOException e) {
      throw new Transient(
          ReasonCode.IO_ERROR,
          "cannot write %s: %s; name another place with --output".formatted(output, Texts.why(e)));
    }
  }

  private void archive(List<Part> parts, Path file) throws IOException, InterruptedException {
    try (OutputStream out = create(file);
        TarWriter tar = new TarWriter(Compression.GZIP.encode(out))) {
      for (Part part : parts) {
        add(tar, part);
      }
      add(tar, "contents.txt", contents.toString());
    }
  }

  private static OutputStream create(Path file) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.newOutputStream(file, StandardOpenOption.WRITE);
  }

  private void add(TarWriter tar, Part part) throws IOException, InterruptedException {
    try {
      String text = inTime(part);
      if (size + text.length() > MOST_OF_ALL) {
        throw new IOException("the archive has its %s".formatted(Sizes.text(MOST_OF_ALL)));
      }
      add(tar, part.name(), text);
      contents.append("%s: %s%n".formatted(part.name(), Sizes.text(text.length())));
    } catch (ExecutionException e) {
      miss(part, why(e));
    } catch (TimeoutException _) {
      miss(part, "it took too long");
    }
  }

  private void miss(Part part, String why) {
    String clean = Scrubber.scrub("", why).strip();
    missing.add(part.name() + ": " + clean);
    contents.append("%s: cannot be had: %s%n".formatted(part.name(), clean));
  }

  private static String why(ExecutionException e) {
    return switch (requireNonNull(e.getCause())) {
      case Fault fault -> fault.reason().sentence();
      case IOException failure -> Texts.why(failure);
      case Throwable bug -> bug.toString();
    };
  }

  private static String inTime(Part part)
      throws InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread reader =
        Thread.ofPlatform().daemon().name("part " + part.name()).start(() -> read(part, text));
    try {
      return text.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } finally {
      reader.interrupt();
    }
  }

  private static void read(Part part, CompletableFuture<String> text) {
    try {
      text.complete(Scrubber.scrub(part.name(), cut(part.name(), part.content().read())));
    } catch (IOException | Fault | InterruptedException | RuntimeException e) {
      text.completeExceptionally(e);
    }
  }

  /** Of what is too long the end is kept: it is the newest. */
  private static String cut(String name, String text) {
    return text.length() <= MOST_OF_ONE
        ? text
        : "[the beginning of %s is cut off]%n".formatted(name)
            + Texts.withoutFirstLine(text.substring(text.length() - MOST_OF_ONE));
  }

  private void add(TarWriter tar, String name, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    size += bytes.length;
    TarEntry entry =
        new TarEntry(
            name,
            TarEntry.Kind.FILE,
            0600,
            TarEntry.Owner.ROOT,
            FileTime.from(time.now()),
            bytes.length,
            "",
            Map.of(),
            List.of());
    tar.add(entry, new ByteArrayInputStream(bytes));
  }
}
