package io.fleetinstaller.cli;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Version;
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/** A package, and which release of it: {@code PKG[@VERSION][@DIGEST]}. */
record Target(PackageName name, Optional<Version> version, Optional<Digest> digest) {

  static Target parse(String text) {
    String[] parts = text.split("@", -1);
    try {
      Target target = new Target(new PackageName(parts[0]), Optional.empty(), Optional.empty());
      for (int i = 1; i < parts.length; i++) {
        target = target.with(parts[i]);
      }
      return target;
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }

  private Target with(String part) {
    if (part.contains(":")) {
      return new Target(name, version, once(digest.isEmpty(), Digest.parse(part)));
    }
    return new Target(name, once(version.isEmpty(), new Version(part)), digest);
  }

  private static <T> Optional<T> once(boolean first, T value) {
    if (!first) {
      throw new IllegalArgumentException("write it as PKG, PKG@VERSION or PKG@sha256:…");
    }
    return Optional.of(value);
  }
}
