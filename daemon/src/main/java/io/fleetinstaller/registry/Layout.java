package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An OCI image layout in a folder: {@code oci-layout}, {@code index.json}, {@code blobs/sha256}.
 */
final class Layout implements Repository {
  static final String TAG = "org.opencontainers.image.ref.name";

  private final Path folder;

  Layout(Path folder) {
    this.folder = folder;
  }

  @Override
  public byte[] manifest(String reference) throws Failure {
    checkVersion();
    return read(file(digest(reference)), Limits.MANIFEST);
  }

  /** What a tag names; a digest names itself, and nothing the only thing there is. */
  Digest digest(String reference) throws Failure {
    if (reference.startsWith("sha256:")) {
      return parsed(reference);
    }
    return reference.isEmpty() ? only() : tagged(reference);
  }

  @Override
  public Body blob(Blob blob, Resumption resumption) throws Failure {
    Path file = file(blob.digest());
    try {
      SeekableByteChannel channel = Files.newByteChannel(file);
      channel.position(resumption.from());
      InputStream bytes = Channels.newInputStream(channel);
      OptionalLong length = OptionalLong.of(channel.size() - resumption.from());
      return new Body(bytes, resumption.from(), length, "");
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /** The top documents that the layout's index names. */
  Index index() throws Failure {
    byte[] bytes = read(folder.resolve("index.json"), Limits.MANIFEST);
    try {
      return Index.read(folder.resolve("index.json").toString(), bytes);
    } catch (Refused refused) {
      throw Failure.lasting(refused.reason().code(), refused.reason().sentence());
    }
  }

  private Digest only() throws Failure {
    List<Index.Entry> entries =
        index().entries().stream()
            .filter(entry -> !Referrers.isTag(entry.annotations().getOrDefault(TAG, "")))
            .toList();
    if (entries.size() == 1) {
      return entries.getFirst().blob().digest();
    }
    List<String> tags =
        entries.stream().map(entry -> entry.annotations().getOrDefault(TAG, "")).toList();
    throw Failure.lasting(
        ReasonCode.NOT_FOUND, "it holds %d; name one by its tag %s".formatted(tags.size(), tags));
  }

  private Digest tagged(String tag) throws Failure {
    Optional<Index.Entry> entry =
        index().entries().stream()
            .filter(each -> tag.equals(each.annotations().get(TAG)))
            .findFirst();
    return entry
        .map(found -> found.blob().digest())
        .orElseThrow(
            () -> Failure.lasting(ReasonCode.NOT_FOUND, "its index.json has no tag " + tag));
  }

  private void checkVersion() throws Failure {
    Path file = folder.resolve("oci-layout");
    try {
      Document document = Document.json(file.toString(), read(file, Limits.ERROR_BODY));
      if (!document.text("imageLayoutVersion").startsWith("1.")) {
        throw document.refuse("imageLayoutVersion", "only 1.x is known here");
      }
    } catch (Refused refused) {
      throw Failure.lasting(refused.reason().code(), refused.reason().sentence());
    }
  }

  private Path file(Digest digest) {
    return folder.resolve("blobs").resolve("sha256").resolve(digest.hex());
  }

  private static Digest parsed(String reference) throws Failure {
    try {
      return Digest.parse(reference);
    } catch (IllegalArgumentException e) {
      throw Failure.lasting(ReasonCode.NOT_FOUND, String.valueOf(e.getMessage()));
    }
  }

  private static byte[] read(Path file, int most) throws Failure {
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] bytes = stream.readNBytes(most + 1);
      if (bytes.length > most) {
        throw Failure.lasting(
            ReasonCode.TOO_LARGE, "%s is over the %d bytes allowed".formatted(file, most));
      }
      return bytes;
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  private static Failure failure(Path file, IOException e) {
    return e instanceof NoSuchFileException
        ? Failure.lasting(ReasonCode.NOT_FOUND, file + " does not exist")
        : Failure.unreadable("reading %s failed: %s".formatted(file, e), e);
  }

  @Override
  public String toString() {
    return "file:" + folder;
  }
}
