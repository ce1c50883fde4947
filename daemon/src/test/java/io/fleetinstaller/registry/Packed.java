package io.fleetinstaller.registry;

import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A small package made by hand, document by document, so that any part of it can be wrong. */
final class Packed {
  static final Platform LINUX = new Platform("linux", "amd64");
  static final PackageName AGENT = new PackageName("agent");

  final Map<Digest, byte[]> documents = new LinkedHashMap<>();
  final byte[] layer;
  Digest top;

  private Packed(byte[] layer) {
    this.layer = layer;
    add(layer);
  }

  /** One manifest with our descriptor and one layer. */
  static Packed manifest(byte[] layer) {
    Packed packed = new Packed(layer);
    packed.top =
        packed.addManifest(descriptor("agent", "1.2.3", LINUX), DescriptorFormat.MEDIA_TYPE);
    return packed;
  }

  /** An index over that manifest and one for another platform. */
  static Packed index(byte[] layer) {
    Packed packed = manifest(layer);
    Platform arm = new Platform("linux", "arm64");
    Digest other =
        packed.addManifest(descriptor("agent", "1.2.3", arm), DescriptorFormat.MEDIA_TYPE);
    packed.top = packed.addIndex(Map.of(LINUX, packed.top, arm, other));
    return packed;
  }

  static Packed of(String descriptor) {
    Packed packed = new Packed(new byte[] {1, 2, 3});
    packed.top = packed.addManifest(descriptor, DescriptorFormat.MEDIA_TYPE);
    return packed;
  }

  Digest addIndex(Map<Platform, Digest> manifests) {
    List<Object> entries =
        manifests.entrySet().stream()
            .map(entry -> {
              Map<String, Object> described =
                  described(MediaTypes.MANIFEST, documents.get(entry.getValue()));
              described.put(
                  "platform",
                  Map.of("os", entry.getKey().os(), "architecture", entry.getKey().architecture()));
              return (Object) described;
            })
            .toList();
    return add(
        Json.bytes(
            Map.of("schemaVersion", 2, "mediaType", MediaTypes.INDEX, "manifests", entries)));
  }

  Digest addManifest(String descriptor, String configType) {
    byte[] config = descriptor.getBytes(StandardCharsets.UTF_8);
    add(config);
    return add(
        Json.bytes(
            Map.of(
                "schemaVersion",
                2,
                "mediaType",
                MediaTypes.MANIFEST,
                "config",
                described(configType, config),
                "layers",
                List.of(described(MediaTypes.LAYER, layer)))));
  }

  Digest add(byte[] document) {
    Digest digest = Digest.of(document);
    documents.put(digest, document);
    return digest;
  }

  static Map<String, Object> described(String mediaType, byte[] bytes) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("mediaType", mediaType);
    described.put("digest", Digest.of(bytes));
    described.put("size", bytes.length);
    return described;
  }

  static String descriptor(String name, String version, Platform platform) {
    return """
    {"formatVersion":1,"name":"%s","version":"%s",
     "platform":{"os":"%s","architecture":"%s"},"unpackedSize":3,"entries":1}\
    """
        .formatted(name, version, platform.os(), platform.architecture());
  }

  String layerDigest() {
    return Digest.of(layer).toString();
  }

  Release release() {
    return new Release(AGENT, new Version("1.2.3"), top);
  }

  /** So many bytes that do not compress. */
  static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  /** Lays it out as an OCI layout. */
  Packed into(Path folder) {
    try {
      Path blobs = Files.createDirectories(folder.resolve("blobs/sha256"));
      for (Map.Entry<Digest, byte[]> document : documents.entrySet()) {
        Files.write(blobs.resolve(document.getKey().hex()), document.getValue());
      }
      Files.writeString(folder.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
      Map<String, Object> entry = described(MediaTypes.MANIFEST, documents.get(top));
      entry.put("annotations", Map.of(Layout.TAG, "v1"));
      Files.write(
          folder.resolve("index.json"),
          Json.bytes(Map.of("schemaVersion", 2, "manifests", List.of(entry))));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
