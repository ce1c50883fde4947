package io.fleetinstaller.slots;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.release.Version;
import io.fleetinstaller.toc.TocFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a slot says about itself in its reserved folder. Reading is tolerant: what is missing,
 * damaged or somebody else's makes no slot, and no error.
 */
final class Seal {
  static final String RELEASE = "release.json";
  static final String DESCRIPTOR = "descriptor.json";
  static final String CONTENTS = "contents";
  static final String MARKER = "valid";
  static final String TABLE = "toc";

  /** The files without which no folder is a whole slot. */
  static final List<String> VOUCHING = List.of(RELEASE, DESCRIPTOR, CONTENTS, MARKER);

  private static final Logger LOG = LoggerFactory.getLogger(Seal.class);
  private static final int MOST_TABLES = 128;
  private static final int LARGEST_NOTE = 1 << 16;
  private static final int LARGEST_DESCRIPTOR = 1 << 20;

  private final Path folder;

  Seal(Path slot) {
    this.folder = slot.resolve(Layout.RESERVED);
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /**
   * Where the packed table of contents of a layer is kept, for whoever makes the next slot. Vouched
   * for by nothing: what it says of the slot is a hint, and layers need not have one.
   */
  Path table(int layer) {
    return file(layer == 0 ? TABLE : TABLE + "-" + (layer + 1));
  }

  /** What the tables say that are kept here and can be read. */
  void tables(TocFormat.Hint hint) {
    for (int layer = 0; layer < MOST_TABLES; layer++) {
      Path file = table(layer);
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        try (InputStream packed = Files.newInputStream(file)) {
          TocFormat.kept(file.toString(), packed, hint);
        } catch (IOException | Refused e) {
          // It was no more than a hint.
          LOG.debug("cannot read {}: {}", file, e.getMessage());
        }
      }
    }
  }

  static byte[] release(Release release) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("formatVersion", 1);
    tree.put("name", release.name().value());
    tree.put("version", release.version().value());
    tree.put("digest", release.digest().toString());
    return Json.bytes(tree);
  }

  static byte[] marker(Digest contents, Digest descriptor) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("formatVersion", 1);
    tree.put("contents", contents.toString());
    tree.put("descriptor", descriptor.toString());
    return Json.bytes(tree);
  }

  /** The release that this folder holds or held, if it is a slot of this package at all. */
  Optional<Release> release(PackageName name) {
    try {
      Document document = note(RELEASE);
      Release release =
          new Release(
              document.value("name", PackageName::new),
              document.value("version", Version::new),
              document.value("digest", Digest::parse));
      Path slot = folder.getParent();
      boolean ours =
          slot != null
              && release.name().equals(name)
              && release.slotName().equals(String.valueOf(slot.getFileName()))
              && Files.isDirectory(slot, LinkOption.NOFOLLOW_LINKS);
      return ours ? Optional.of(release) : Optional.empty();
    } catch (IOException | Refused e) {
      return Optional.empty();
    }
  }

  /** The whole slot that this folder is, by its marker; files are not hashed again. */
  Optional<Slot> whole(Layout layout, Doors.DescriptorReader descriptors) {
    Optional<Release> release = release(layout.name());
    Optional<Marks> marks = marks();
    if (release.isEmpty() || marks.isEmpty()) {
      return Optional.empty();
    }
    try {
      byte[] bytes = Bounded.read(file(DESCRIPTOR), LARGEST_DESCRIPTOR);
      if (!Digest.of(bytes).equals(marks.get().descriptor())
          || !digest(file(CONTENTS)).equals(marks.get().contents())) {
        return Optional.empty();
      }
      Descriptor descriptor = descriptors.read(file(DESCRIPTOR).toString(), bytes);
      Path slot = layout.slot(release.get());
      Path current = layout.folder().resolve(Layout.CURRENT);
      return Optional.of(new Slot(release.get(), slot, current, descriptor));
    } catch (IOException | Refused e) {
      return Optional.empty();
    }
  }

  /** What the marker vouches for; empty without a marker that can be read. */
  Optional<Marks> marks() {
    try {
      Document document = note(MARKER);
      return Optional.of(
          new Marks(
              document.value("contents", Digest::parse),
              document.value("descriptor", Digest::parse)));
    } catch (IOException | Refused e) {
      return Optional.empty();
    }
  }

  /** When the marker, the last of all its files, was written; the end of time where none is. */
  Instant staged() {
    try {
      return Files.getLastModifiedTime(file(MARKER)).toInstant();
    } catch (IOException e) {
      return Instant.MAX;
    }
  }

  static Digest digest(Path file) throws IOException {
    MessageDigest sum = Digest.algorithm();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), sum)) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return Digest.of(sum);
  }

  private Document note(String name) throws IOException, Refused {
    Path file = file(name);
    return Document.json(file.toString(), Bounded.read(file, LARGEST_NOTE), LARGEST_NOTE);
  }

  /** The digests in a marker. */
  record Marks(Digest contents, Digest descriptor) {}
}
