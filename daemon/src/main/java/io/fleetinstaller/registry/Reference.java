package io.fleetinstaller.registry;

import io.fleetinstaller.release.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * One thing in one repository, as people write it on the command line: {@code host/path:tag},
 * {@code host/path@sha256:…}, or the folder of a layout with {@code :tag} or {@code @sha256:…}.
 *
 * @param name a tag or a digest; empty: the only thing there is, or {@code latest} in a registry
 */
public record Reference(Address address, String name) {
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

  public Reference {
    if (!name.isEmpty() && !name.startsWith("sha256:") && !isTag(name)) {
      throw new IllegalArgumentException(
          "'%s' is not a tag; use 1 to 128 letters, digits and . _ -".formatted(name));
    }
  }

  /** True for what a registry takes as a tag. */
  public static boolean isTag(String text) {
    return TAG.matcher(text).matches();
  }

  /** Reads one; an {@link IllegalArgumentException} says what is wrong. */
  public static Reference parse(String text) {
    int at = text.indexOf('@');
    if (at >= 0) {
      return new Reference(
          address(text.substring(0, at)), Digest.parse(text.substring(at + 1)).toString());
    }
    int colon = text.lastIndexOf(':');
    // The colon of a port or a scheme has a slash behind it.
    boolean tagged = colon > text.lastIndexOf('/') && !Files.isDirectory(folder(text));
    return tagged
        ? new Reference(address(text.substring(0, colon)), text.substring(colon + 1))
        : new Reference(address(text), "");
  }

  private static Address address(String text) {
    boolean local = text.startsWith("file:") || text.startsWith("/") || text.startsWith(".");
    return local || Files.isDirectory(folder(text))
        ? new Address.Folder(folder(text))
        : Address.parse(text);
  }

  private static Path folder(String text) {
    String path = text.startsWith("file:") ? text.substring("file:".length()) : text;
    return Path.of(path).toAbsolutePath().normalize();
  }

  @Override
  public String toString() {
    return address + (name.isEmpty() ? "" : (name.startsWith("sha256:") ? "@" : ":") + name);
  }
}
