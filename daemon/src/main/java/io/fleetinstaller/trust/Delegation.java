package io.fleetinstaller.trust;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Whom a role trusts with some paths.
 *
 * @param terminating whether nobody else is asked about a path of theirs
 * @param paths patterns; empty if prefixes are given
 * @param prefixes of the SHA-256 of the path, in hex
 */
record Delegation(
    String name, Signers signers, boolean terminating, List<String> paths, List<String> prefixes) {

  static Delegation of(Fields role, Map<String, Key> keys) throws Untrusted {
    String name = role.text("name");
    if (name.isEmpty() || Root.isTop(name) || Names.quoted(name).length() > Limits.NAME) {
      throw role.malformed("a delegated role cannot be named '%s'".formatted(name));
    }
    if (role.has("paths") == role.has("path_hash_prefixes")) {
      throw role.malformed("%s must have either paths or path_hash_prefixes".formatted(name));
    }
    List<String> paths = role.has("paths") ? role.texts("paths") : List.of();
    // Clients differ in what a bracket means, and so in who is trusted with what.
    if (paths.stream().anyMatch(path -> path.contains("["))) {
      throw role.malformed("a path of %s has a bracket; use * and ? only".formatted(name));
    }
    return new Delegation(
        name,
        Signers.of(role, keys),
        role.flag("terminating"),
        paths,
        role.has("paths") ? List.of() : role.texts("path_hash_prefixes"));
  }

  boolean covers(String path) {
    if (!prefixes.isEmpty()) {
      String hash = Hashes.hex("sha256", path.getBytes(StandardCharsets.UTF_8));
      return prefixes.stream().anyMatch(hash::startsWith);
    }
    return paths.stream().anyMatch(pattern -> PathPattern.matches(pattern, path));
  }

  /** Whether it may cover any path below this folder; a hash tells nothing of folders. */
  boolean reaches(String folder) {
    return !prefixes.isEmpty()
        || paths.stream().anyMatch(pattern -> PathPattern.reaches(pattern, folder));
  }
}
