package io.fleetinstaller.registry;

import java.util.List;

/** The media types that packages are made of, ours and other people's. */
public final class MediaTypes {
  public static final String INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String PACKAGE = "application/vnd.fleetinstaller.package.v1+json";
  public static final String LAYER = "application/vnd.oci.image.layer.v1.tar+zstd";

  /** What turns one release into another. */
  public static final String DELTA = "application/vnd.fleetinstaller.delta.v1+json";

  public static final String DELTA_TABLE = "application/vnd.fleetinstaller.delta.table.v1+zstd";
  public static final String DELTA_BLOCKS = "application/vnd.fleetinstaller.delta.blocks.v1";
  static final String DATADOG_LAYER = "application/vnd.datadog.package.layer.v1.tar+zstd";

  private static final List<String> INDEXES =
      List.of(INDEX, "application/vnd.docker.distribution.manifest.list.v2+json");
  private static final List<String> MANIFESTS =
      List.of(MANIFEST, "application/vnd.docker.distribution.manifest.v2+json");
  private static final List<String> LAYERS =
      List.of(
          LAYER,
          "application/vnd.oci.image.layer.v1.tar+gzip",
          "application/vnd.oci.image.layer.v1.tar",
          "application/vnd.docker.image.rootfs.diff.tar.gzip",
          DATADOG_LAYER);

  private MediaTypes() {}

  /** What a document calls itself. */
  enum Kind {
    INDEX,
    MANIFEST,
    OTHER
  }

  static Kind kind(String mediaType) {
    if (INDEXES.contains(mediaType)) {
      return Kind.INDEX;
    }
    return MANIFESTS.contains(mediaType) ? Kind.MANIFEST : Kind.OTHER;
  }

  /** True for layers that can be unpacked here. */
  static boolean isLayer(String mediaType) {
    return LAYERS.contains(mediaType);
  }

  /** What to say that we take when asking for a manifest. */
  static String acceptable() {
    return String.join(", ", INDEXES) + ", " + String.join(", ", MANIFESTS);
  }
}
