package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes OCI layouts. What is written is the same bytes for the same content. One writer at a time
 * for a folder.
 */
public final class LayoutWriter {
  private static final String TITLE = "org.opencontainers.image.title";
  private static final String VERSION = "org.opencontainers.image.version";

  private final Path folder;
  private final Path blobs;

  private LayoutWriter(Path folder) {
    this.folder = folder;
    this.blobs = folder.resolve("blobs").resolve("sha256");
  }

  /** Opens a layout, or makes one in a folder that is empty or does not exist yet. */
  public static LayoutWriter open(Path folder) throws IOException, Refused {
    LayoutWriter writer = new LayoutWriter(folder);
    Files.createDirectories(folder);
    if (!Files.exists(folder.resolve("oci-layout"))) {
      try (var there = Files.list(folder)) {
        if (there.findAny().isPresent()) {
          throw new Refused(
              ReasonCode.BAD_REQUEST,
              "cannot write a layout to %s: it holds other things; name an empty folder"
                  .formatted(folder));
        }
      }
      Files.createDirectories(writer.blobs);
      writer.replace("index.json", index(List.of(), Map.of()));
      writer.replace("oci-layout", Json.bytes(Map.of("imageLayoutVersion", "1.0.0")));
    }
    return writer;
  }

  /** Something that writes the bytes of a blob. It must close what it is given. */
  public interface Content {
    void write(OutputStream out) throws IOException, Fault;
  }

  /** Stores a blob whose bytes are made on the way. */
  public Blob blob(String mediaType, Content content) throws IOException, Fault {
    Path partial = folder.resolve(".partial");
    MessageDigest digest = Digest.algorithm();
    try {
      content.write(
          new DigestOutputStream(
              new BufferedOutputStream(Files.newOutputStream(partial), 1 << 17), digest));
      Blob blob = new Blob(mediaType, Digest.of(digest), Files.size(partial));
      Files.move(partial, blobs.resolve(blob.digest().hex()), StandardCopyOption.REPLACE_EXISTING);
      return blob;
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** Stores a document. */
  public Blob blob(String mediaType, byte[] bytes) throws IOException, Fault {
    return blob(
        mediaType,
        out -> {
          try (out) {
            out.write(bytes);
          }
        });
  }

  /**
   * One manifest to be known by a tag.
   *
   * @param name of the package; with the version it says which manifests are one release
   */
  public record Tagged(String tag, String name, String version, Platform platform, Blob manifest) {
    Map<String, Object> annotations() {
      return ordered(TITLE, name, VERSION, version);
    }

    boolean sameRelease(Map<String, String> annotations) {
      return name.equals(annotations.get(TITLE)) && version.equals(annotations.get(VERSION));
    }
  }

  /** The annotations that a manifest must carry so that others of its release find it. */
  public static Map<String, Object> annotations(String name, String version) {
    return ordered(TITLE, name, VERSION, version);
  }

  /**
   * Lets a tag name this manifest. If the tag names other platforms of the same release, it then
   * names an index of all of them; anything else that it named it forgets.
   *
   * @return the top document
   */
  public Digest tag(Tagged tagged) throws IOException, Fault {
    Map<Platform, Blob> platforms = new TreeMap<>(Comparator.comparing(Platform::toString));
    List<Index.Entry> others = new ArrayList<>();
    for (Index.Entry entry : entries()) {
      if (!tagged.tag().equals(entry.annotations().get(Layout.TAG))) {
        others.add(entry);
      } else {
        platforms.putAll(sameRelease(tagged, entry));
      }
    }
    platforms.put(tagged.platform(), tagged.manifest());
    Index.Entry top =
        platforms.size() == 1
            ? entry(tagged, tagged.manifest(), Optional.of(tagged.platform()))
            : entry(tagged, over(tagged, platforms), Optional.empty());
    others.add(top);
    replace(others);
    return top.blob().digest();
  }

  /** Lets a delta be found by the manifest that it leads to. */
  public void refer(Digest to, DeltaRef ref, Blob delta) throws IOException, Fault {
    String tag = Referrers.tag(to);
    List<Index.Entry> others = new ArrayList<>();
    Optional<byte[]> known = Optional.empty();
    for (Index.Entry entry : entries()) {
      if (tag.equals(entry.annotations().get(Layout.TAG))) {
        known = Optional.of(Files.readAllBytes(blobs.resolve(entry.blob().digest().hex())));
      } else {
        others.add(entry);
      }
    }
    Map<String, Object> entry = Referrers.entry(delta, DeltaRef.annotations(ref.from()));
    Optional<byte[]> index = Referrers.with(folder + " " + tag, known, entry);
    if (index.isPresent()) {
      Blob blob = blob(MediaTypes.INDEX, index.get());
      others.add(new Index.Entry(blob, Optional.empty(), Map.of(Layout.TAG, tag)));
      replace(others);
    }
  }

  private void replace(List<Index.Entry> entries) throws IOException {
    entries.sort(Comparator.comparing(each -> each.annotations().getOrDefault(Layout.TAG, "")));
    replace("index.json", index(entries.stream().map(LayoutWriter::tree).toList(), Map.of()));
  }

  private List<Index.Entry> entries() throws Fault {
    try {
      return new Layout(folder).index().entries();
    } catch (Failure failure) {
      throw failure.asFault("cannot write to %s: %s".formatted(folder, failure.why()));
    }
  }

  private Map<Platform, Blob> sameRelease(Tagged tagged, Index.Entry entry)
      throws IOException, Fault {
    Path file = blobs.resolve(entry.blob().digest().hex());
    return switch (TopDocument.read(file.toString(), Files.readAllBytes(file))) {
      case Manifest manifest
          when tagged.sameRelease(manifest.annotations()) && entry.platform().isPresent() ->
          Map.of(entry.platform().get(), entry.blob());
      case Index index when tagged.sameRelease(index.annotations()) -> platforms(index);
      case TopDocument _ -> Map.of();
    };
  }

  private static Map<Platform, Blob> platforms(Index index) {
    Map<Platform, Blob> platforms = new LinkedHashMap<>();
    for (Index.Entry entry : index.entries()) {
      entry.platform().ifPresent(platform -> platforms.put(platform, entry.blob()));
    }
    return platforms;
  }

  private static Index.Entry entry(Tagged tagged, Blob blob, Optional<Platform> platform) {
    return new Index.Entry(blob, platform, Map.of(Layout.TAG, tagged.tag()));
  }

  private Blob over(Tagged tagged, Map<Platform, Blob> platforms) throws IOException, Fault {
    List<Object> entries = new ArrayList<>();
    platforms.forEach((platform, blob) ->
        entries.add(tree(new Index.Entry(blob, Optional.of(platform), Map.of()))));
    return blob(MediaTypes.INDEX, index(entries, tagged.annotations()));
  }

  private static byte[] index(List<Object> entries, Map<String, Object> annotations) {
    Map<String, Object> tree = ordered("schemaVersion", 2, "mediaType", MediaTypes.INDEX);
    tree.put("manifests", entries);
    if (!annotations.isEmpty()) {
      tree.put("annotations", annotations);
    }
    return Json.bytes(tree);
  }

  private static Object tree(Index.Entry entry) {
    Map<String, Object> tree = tree(entry.blob());
    entry
        .platform()
        .ifPresent(platform ->
            tree.put(
                "platform", ordered("os", platform.os(), "architecture", platform.architecture())));
    if (!entry.annotations().isEmpty()) {
      tree.put("annotations", new TreeMap<>(entry.annotations()));
    }
    return tree;
  }

  /** A blob as a manifest or index names it. */
  public static Map<String, Object> tree(Blob blob) {
    Map<String, Object> tree = ordered("mediaType", blob.mediaType());
    tree.put("digest", blob.digest());
    tree.put("size", blob.size());
    blob.toc().ifPresent(toc -> tree.put("annotations", new TreeMap<>(toc.annotations())));
    return tree;
  }

  private static Map<String, Object> ordered(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i].toString(), keysAndValues[i + 1]);
    }
    return map;
  }

  private void replace(String name, byte[] content) throws IOException {
    Path partial = folder.resolve("." + name + ".partial");
    Files.write(partial, content);
    Files.move(
        partial,
        folder.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
