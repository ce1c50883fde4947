package io.fleetinstaller.source;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where one mirror of the repository is. */
sealed interface MirrorAddress {

  /**
   * A web server.
   *
   * @param base ends in a slash
   */
  record Web(URI base) implements MirrorAddress {
    @Override
    public String toString() {
      return base.toString();
    }
  }

  /** A folder with {@code metadata} and {@code targets} in it. */
  record Folder(Path path) implements MirrorAddress {
    @Override
    public String toString() {
      return "file:" + path;
    }
  }

  /** One file that holds all of a repository. */
  record File(Path path) implements MirrorAddress {
    @Override
    public String toString() {
      return "bundle:" + path;
    }
  }

  /** Reads an address; an {@link IllegalArgumentException} says what is wrong. */
  static MirrorAddress parse(String text) {
    if (text.startsWith("file:")) {
      return new Folder(path(text, "file:"));
    }
    if (text.startsWith("bundle:")) {
      return new File(path(text, "bundle:"));
    }
    return web(text);
  }

  private static Path path(String text, String scheme) {
    try {
      Path path = Path.of(text.substring(scheme.length()).replaceFirst("^//(?=/)", ""));
      if (path.isAbsolute()) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw wrong(text, e.getReason());
    }
    throw wrong(text, "the path is not absolute");
  }

  private static MirrorAddress web(String text) {
    try {
      return new Web(WebAddress.parse(text.endsWith("/") ? text : text + "/"));
    } catch (IllegalArgumentException e) {
      throw wrong(text, String.valueOf(e.getMessage()));
    }
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException(
        "'%s' is no repository: %s; write https://host/path, file:/folder or bundle:/file"
            .formatted(text, why));
  }
}
