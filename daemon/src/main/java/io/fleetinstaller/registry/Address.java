package io.fleetinstaller.registry;

import io.fleetinstaller.http.Loopback;
import io.fleetinstaller.release.PackageName;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/** Where one repository is. */
public sealed interface Address {
  String PLACEHOLDER = "{package}";

  /** A folder that holds an OCI layout. */
  record Folder(Path path) implements Address {
    @Override
    public String toString() {
      return "file:" + path;
    }
  }

  /**
   * An OCI layout inside a tar archive.
   *
   * @param folder of the layout in the archive, e.g. {@code oci/agent}
   */
  record Bundle(Path file, String folder) implements Address {
    @Override
    public String toString() {
      return "bundle:" + file + "!/" + folder;
    }
  }

  /**
   * A repository of a registry.
   *
   * @param registry scheme, host and port
   * @param repository the name behind {@code /v2/}
   */
  record Remote(URI registry, String repository) implements Address {

    /** A path below this repository, e.g. {@code blobs/sha256:…}. */
    public URI at(String path) {
      return URI.create(registry + "/v2/" + repository + "/" + path);
    }

    @Override
    public String toString() {
      return registry + "/" + repository;
    }
  }

  /** Says with an {@link IllegalArgumentException} what is wrong with a repository's setting. */
  static void check(String template) {
    parse(template.replace(PLACEHOLDER, "package"));
  }

  /** The repository of this package. */
  static Address of(String template, PackageName name) {
    return parse(template.replace(PLACEHOLDER, name.value()));
  }

  /**
   * Reads an address without placeholder; an {@link IllegalArgumentException} says what is wrong.
   */
  static Address parse(String text) {
    if (text.startsWith("file:")) {
      return folder(text);
    }
    if (text.startsWith("bundle:")) {
      return bundle(text);
    }
    if (!text.contains("://")) {
      return remote(text, "https://" + text);
    }
    return remote(text, text.startsWith("oci://") ? "https" + text.substring(3) : text);
  }

  private static Address folder(String text) {
    return new Folder(path(text, text.substring("file:".length())));
  }

  private static Address bundle(String text) {
    int end = text.lastIndexOf("!/");
    String folder = end < 0 ? "" : text.substring(end + 2);
    if (!Names.REPOSITORY.matcher(folder).matches()) {
      throw new IllegalArgumentException(
          "'%s' names no layout in the bundle; write bundle:/file!/oci/{package}".formatted(text));
    }
    return new Bundle(path(text, text.substring("bundle:".length(), end)), folder);
  }

  private static Path path(String text, String after) {
    Path path = Path.of(after.replaceFirst("^//(?=/)", ""));
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(
          "'%s' is not absolute; write file:/folder/of/the/layout".formatted(text));
    }
    return path.normalize();
  }

  private static Address remote(String text, String withScheme) {
    URI uri = uri(text, withScheme);
    String repository = uri.getRawPath().replaceFirst("^/", "").replaceFirst("/$", "");
    if (!Names.REPOSITORY.matcher(repository).matches()) {
      throw wrong(text, "'%s' is not a repository's name".formatted(repository));
    }
    boolean bare = !text.startsWith("https://") && !text.startsWith("http://");
    String scheme = bare && Loopback.names(uri.getHost()) ? "http" : uri.getScheme();
    String host = uri.getHost().equals("docker.io") ? "registry-1.docker.io" : uri.getHost();
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return new Remote(URI.create(scheme + "://" + host + port), repository);
  }

  private static URI uri(String text, String withScheme) {
    URI uri;
    try {
      uri = new URI(withScheme);
    } catch (URISyntaxException e) {
      throw wrong(text, e.getReason());
    }
    if (!Names.SCHEMES.contains(String.valueOf(uri.getScheme())) || uri.getHost() == null) {
      throw wrong(text, "the host is missing or the scheme is another");
    }
    if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getFragment() != null) {
      throw wrong(text, "credentials belong into registry.authFile, a tag or digest nowhere");
    }
    return uri;
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException(
        "'%s' is not a repository: %s; write https://host/path/{package} or file:/folder"
            .formatted(text, why));
  }

  /** What names may look like. */
  final class Names {
    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final Pattern REPOSITORY =
        Pattern.compile("[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*");

    private Names() {}
  }
}
