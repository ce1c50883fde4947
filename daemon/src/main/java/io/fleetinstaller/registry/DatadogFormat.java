package io.fleetinstaller.registry;

import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Version;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Packages in Datadog's own format have annotations instead of a descriptor. What they say becomes
 * a descriptor without services: such a package can be inspected and staged.
 */
final class DatadogFormat {
  private static final String NAME = "com.datadoghq.package.name";
  private static final String VERSION = "com.datadoghq.package.version";
  private static final String SIZE = "com.datadoghq.package.size";

  // Where the size is not declared: more than real packages shrink to, less than a bomb needs.
  private static final long RATIO = 16;
  private static final long ENTRIES = 100_000;

  private DatadogFormat() {}

  static boolean matches(Manifest manifest) {
    return manifest.annotations().containsKey(NAME);
  }

  static Descriptor read(String source, Manifest manifest, Platform platform) throws Refused {
    return new Descriptor(
        value(source, manifest, NAME, PackageName::new),
        value(source, manifest, VERSION, Version::new),
        platform,
        List.of(),
        HealthCheck.DEFAULT,
        Descriptor.Hooks.NONE,
        List.of(),
        List.of(),
        List.of(),
        Set.of(),
        Set.of(),
        unpackedSize(source, manifest),
        ENTRIES);
  }

  /** The layers that hold the package itself; others carry configuration or extensions. */
  static List<Blob> layers(Manifest manifest) {
    return manifest.layers().stream()
        .filter(layer -> layer.mediaType().equals(MediaTypes.DATADOG_LAYER))
        .toList();
  }

  private static long unpackedSize(String source, Manifest manifest) throws Refused {
    if (manifest.annotations().containsKey(SIZE)) {
      return value(source, manifest, SIZE, DatadogFormat::size);
    }
    return layers(manifest).stream().mapToLong(Blob::size).sum() * RATIO;
  }

  private static long size(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException("'%s' is not a number of bytes".formatted(text));
    }
    return Long.parseLong(text);
  }

  private static <T> T value(
      String source, Manifest manifest, String annotation, Function<String, T> read)
      throws Refused {
    Map<String, String> annotations = manifest.annotations();
    try {
      return read.apply(annotations.getOrDefault(annotation, ""));
    } catch (IllegalArgumentException e) {
      throw new Refused(
          ReasonCode.MALFORMED,
          "cannot accept %s annotation '%s': %s".formatted(source, annotation, e.getMessage()));
    }
  }
}
