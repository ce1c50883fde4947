package io.fleetinstaller.packages;

import io.fleetinstaller.io.Native;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is in a directory, as the entries of an archive in an order that never varies. */
final class Contents {
  private static final String RESERVED = ".fleet-installer";
  private static final String CAPABILITY = "security.capability";
  private static final int PERMISSIONS = 07777;
  private static final int SET_ID = 06000;

  private final Path directory;
  private final Descriptor descriptor;
  private final Ownership ownership;
  private final FileTime modified;
  private final Map<Object, String> linked = new HashMap<>();

  /** One entry; only a file has bytes, and those are at this path. */
  record Item(TarEntry entry, Path path) {}

  private record Shape(TarEntry.Kind kind, int mode, long size, String link) {}

  Contents(Path directory, Descriptor descriptor, Ownership ownership, Instant modified) {
    this.directory = directory;
    this.descriptor = descriptor;
    this.ownership = ownership;
    this.modified = FileTime.from(modified);
  }

  List<Item> items() throws IOException, Refused {
    Map<String, Path> paths = new TreeMap<>();
    try (var walk = Files.walk(directory)) {
      walk.filter(path -> !path.equals(directory)).forEach(path -> paths.put(name(path), path));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    List<Item> items = new ArrayList<>();
    for (Map.Entry<String, Path> each : paths.entrySet()) {
      check(each.getKey());
      items.add(new Item(entry(each.getKey(), each.getValue()), each.getValue()));
    }
    checkListed(paths.keySet());
    return items;
  }

  private String name(Path path) {
    return directory.relativize(path).toString().replace(path.getFileSystem().getSeparator(), "/");
  }

  private void check(String name) throws Refused {
    if (name.equals(RESERVED) || name.startsWith(RESERVED + "/")) {
      throw refuse(name, "that folder is the installer's own; leave it out");
    }
    if (name.indexOf('\uFFFD') >= 0) {
      throw refuse(name, "its name is not UTF-8, or the locale is not; try LC_ALL=C.UTF-8");
    }
    if (name.chars().anyMatch(letter -> letter < 0x20 || letter == 0x7f || letter == '\\')) {
      throw refuse(name, "its name holds a control character or a backslash; rename it");
    }
  }

  private TarEntry entry(String name, Path path) throws IOException, Refused {
    if (Files.isSymbolicLink(path)) {
      String target = Files.readSymbolicLink(path).toString();
      if (target.indexOf('\uFFFD') >= 0) {
        throw refuse(
            name, "what it leads to is not UTF-8, or the locale is not; try LC_ALL=C.UTF-8");
      }
      return of(name, new Shape(TarEntry.Kind.SYMLINK, 0777, 0, target));
    }
    int mode = mode(path);
    checkSetId(name, mode);
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return of(name + "/", new Shape(TarEntry.Kind.DIRECTORY, mode, 0, ""));
    }
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw refuse(name, "it is neither file, directory nor link; leave it out");
    }
    Optional<String> first = otherName(name, path);
    if (first.isPresent()) {
      return of(name, new Shape(TarEntry.Kind.HARDLINK, mode, 0, first.get()));
    }
    Map<String, byte[]> xattrs = capabilities(name, path);
    return of(name, new Shape(TarEntry.Kind.FILE, mode, Files.size(path), ""), xattrs);
  }

  private TarEntry of(String name, Shape shape) {
    return of(name, shape, Map.of());
  }

  private TarEntry of(String name, Shape shape, Map<String, byte[]> xattrs) {
    return new TarEntry(
        name,
        shape.kind(),
        shape.mode(),
        ownership.of(name.replaceFirst("/$", "")),
        modified,
        shape.size(),
        shape.link(),
        xattrs,
        shape.size() == 0 ? List.of() : List.of(new TarEntry.Extent(0, shape.size())));
  }

  private static boolean knowsUnix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }

  private static int mode(Path path) throws IOException {
    if (!knowsUnix(path)) {
      return Files.isDirectory(path) ? 0755 : 0644;
    }
    return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & PERMISSIONS;
  }

  // The first name in the archive's order is the file, later ones are links to it.
  private Optional<String> otherName(String name, Path path) throws IOException {
    if (!knowsUnix(path) || (Integer) Files.getAttribute(path, "unix:nlink") < 2) {
      return Optional.empty();
    }
    Object key = Files.getAttribute(path, "unix:fileKey");
    return Optional.ofNullable(linked.putIfAbsent(key, name));
  }

  private void checkSetId(String name, int mode) throws Refused {
    if ((mode & SET_ID) != 0 && !descriptor.setuid().contains(name)) {
      throw refuse(
          name, "it is set-uid or set-gid; name it under setuid in the descriptor or chmod it");
    }
  }

  private Map<String, byte[]> capabilities(String name, Path path) throws IOException, Refused {
    Optional<byte[]> found = knowsUnix(path) ? Native.xattr(path, CAPABILITY) : Optional.empty();
    boolean listed = descriptor.capabilities().contains(name);
    if (listed == found.isPresent()) {
      return found.map(value -> Map.of(CAPABILITY, value)).orElse(Map.of());
    }
    throw refuse(
        name,
        listed
            ? "the descriptor lists it under capabilities and it has none; use setcap"
            : "it has file capabilities; name it under capabilities in the descriptor");
  }

  // What the descriptor speaks of must be there, or the package fails on every host.
  private void checkListed(Set<String> names) throws Refused {
    List<String> listed = new ArrayList<>(ownership.byPath().keySet());
    listed.addAll(descriptor.setuid());
    listed.addAll(descriptor.capabilities());
    descriptor.configFiles().forEach(file -> listed.add(file.source()));
    descriptor.services().stream()
        .flatMap(service -> Optional.ofNullable(service.unitFile()).stream())
        .forEach(listed::add);
    commands().stream()
        .map(List::getFirst)
        .filter(program -> !program.startsWith("/") && !program.startsWith("@"))
        .forEach(listed::add);
    String missing =
        listed.stream()
            .filter(name -> !names.contains(name))
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      throw refuse(missing, "the descriptor or an owner names it and it is not there");
    }
  }

  /** Whatever a host runs of the package. */
  private List<List<String>> commands() {
    List<List<String>> argvs = new ArrayList<>();
    for (Descriptor.Service service : descriptor.services()) {
      Optional.ofNullable(service.command()).map(Descriptor.Command::argv).ifPresent(argvs::add);
    }
    for (HealthCheck.Probe probe : descriptor.health().probes()) {
      if (probe instanceof HealthCheck.Exec exec) {
        argvs.add(exec.argv());
      }
    }
    Descriptor.Hooks hooks = descriptor.hooks();
    Optional.ofNullable(hooks.beforeSwitch()).map(Descriptor.Hook::argv).ifPresent(argvs::add);
    Optional.ofNullable(hooks.afterSwitch()).map(Descriptor.Hook::argv).ifPresent(argvs::add);
    return argvs;
  }

  private Refused refuse(String name, String why) {
    return new Refused(
        ReasonCode.UNSAFE_ENTRY, "cannot pack %s of %s: %s".formatted(name, directory, why));
  }
}
