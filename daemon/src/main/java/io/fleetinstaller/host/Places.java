package io.fleetinstaller.host;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Labels;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories and config files that a package brings: made when nothing is there, never changed
 * after. Where another user holds the way to a place, that user makes it, through setpriv: so no
 * link of theirs can lead root astray.
 */
public final class Places {
  private static final Logger LOG = LoggerFactory.getLogger(Places.class);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int LARGEST_CONFIG = 1024 * 1024;
  private static final int PARENTS = 0755;

  /** Shell words: source, place, mode. The file appears whole or not at all. */
  private static final String COPY =
      "set -eu; umask 077; t=\"$2.fleet-installer-new\"; rm -f -- \"$t\"; cp -- \"$1\" \"$t\";"
          + " chmod -- \"$3\" \"$t\"; sync; mv -nT -- \"$t\" \"$2\"";

  private final Disk disk;
  private final Programs programs;
  private final Labels labels;
  private final Custody custody = new Custody();
  private final boolean root = "root".equals(System.getProperty("user.name"));

  public Places(Disk disk, Programs programs, Labels labels) {
    this.disk = disk;
    this.programs = programs;
    this.labels = labels;
  }

  /** Makes what is missing of the slot's directories, then of its config files. */
  public void make(Slot slot) throws Fault, InterruptedException {
    for (Descriptor.Directory directory : slot.descriptor().directories()) {
      if (isFree(Path.of(directory.path()), true)) {
        LOG.info("making directory {} for {}", directory.path(), slot.release());
        makeDirectory(directory);
      }
    }
    for (Descriptor.ConfigFile file : slot.descriptor().configFiles()) {
      if (isFree(Path.of(file.path()), false)) {
        LOG.info("making config file {} for {}", file.path(), slot.release());
        makeFile(slot, file);
      }
    }
  }

  /** Whether nothing is there. A directory that should be one and is something else is refused. */
  private static boolean isFree(Path path, boolean directory) throws Fault {
    boolean there = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    if (there && directory && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new Fault.Refused(
          ReasonCode.CONFLICT,
          "cannot make directory %s: a file or link is in the way; move it away".formatted(path));
    }
    return !there;
  }

  private void makeDirectory(Descriptor.Directory directory) throws Fault, InterruptedException {
    Path path = Path.of(directory.path());
    Optional<String> holder = holder(path, directory.owner());
    if (holder.isPresent()) {
      as(holder.get(), path, "mkdir", "-p", "-m", directory.mode(), "--", directory.path());
      return;
    }
    List<Path> made = made(path);
    try {
      Path fresh = fresh(path);
      disk.createDirectories(parent(path), PARENTS);
      disk.deleteTree(fresh);
      disk.createDirectories(fresh, mode(directory.mode()));
      hand(fresh, directory.owner());
      disk.move(fresh, path);
    } catch (IOException e) {
      throw failed(path, e);
    }
    labels.restoreOnly(made);
  }

  private void makeFile(Slot slot, Descriptor.ConfigFile file) throws Fault, InterruptedException {
    Path path = Path.of(file.path());
    Path source = slot.path().resolve(file.source()).normalize();
    Optional<String> holder = holder(path, file.owner());
    if (holder.isPresent()) {
      as(holder.get(), path, "sh", "-c", COPY, "sh", source.toString(), file.path(), file.mode());
      return;
    }
    List<Path> made = made(path);
    try {
      Path fresh = fresh(path);
      disk.createDirectories(parent(path), PARENTS);
      disk.replace(fresh, content(source), mode(file.mode()));
      hand(fresh, file.owner());
      disk.move(fresh, path);
    } catch (IOException e) {
      throw failed(path, e);
    }
    labels.restoreOnly(made);
  }

  /** Gives it away, or takes it away again: what nobody can own must not lie about. */
  private void hand(Path fresh, String owner) throws Fault, IOException {
    try {
      give(fresh, owner);
    } catch (Fault | IOException e) {
      disk.deleteTree(fresh);
      disk.delete(fresh);
      throw e;
    }
  }

  private Optional<String> holder(Path path, String owner) throws Fault {
    Optional<String> holder = root ? custody.holder(path) : Optional.empty();
    if (holder.isPresent() && !holder.get().equals(owner)) {
      throw new Fault.Refused(
          ReasonCode.INSECURE_FILE,
          "cannot make %s for %s: the directory belongs to %s, who could change it at will"
              .formatted(path, owner, holder.get()));
    }
    return holder;
  }

  private void as(String user, Path path, String... words) throws Fault, InterruptedException {
    String[] setpriv = {"setpriv", "--reuid=" + user, "--regid=" + user, "--init-groups", "--"};
    String[] all = Stream.of(setpriv, words).flatMap(Arrays::stream).toArray(String[]::new);
    programs.run(Programs.Call.of(LIMIT, all)).orFail("make %s as user %s".formatted(path, user));
  }

  /** Without root everything belongs to the daemon's own user. */
  private void give(Path path, String owner) throws IOException, Fault {
    if (!root || owner.equals("root")) {
      return;
    }
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    UserPrincipalLookupService names = path.getFileSystem().getUserPrincipalLookupService();
    try {
      UserPrincipal user = names.lookupPrincipalByName(owner);
      GroupPrincipal group = names.lookupPrincipalByGroupName(owner);
      view.setOwner(user);
      view.setGroup(group);
    } catch (UserPrincipalNotFoundException e) {
      throw new Fault.Refused(
          ReasonCode.CONFLICT,
          "cannot give %s to %s: there is no user and group of that name; let the package name it"
              .formatted(path, owner));
    }
  }

  private static byte[] content(Path source) throws IOException {
    if (Files.size(source) > LARGEST_CONFIG) {
      throw new IOException(source + " is larger than 1 MiB");
    }
    return Files.readAllBytes(source);
  }

  private static Path fresh(Path path) {
    return path.resolveSibling("." + path.getFileName() + ".fleet-installer-new");
  }

  /** It, and what is not there on the way to it: the directories of an agent are its own below. */
  private static List<Path> made(Path path) {
    List<Path> made = new ArrayList<>(List.of(path));
    while (!Files.exists(parent(made.getFirst()), LinkOption.NOFOLLOW_LINKS)) {
      made.addFirst(parent(made.getFirst()));
    }
    return made;
  }

  private static Path parent(Path path) {
    return Objects.requireNonNull(path.getParent(), "PlaceRules lets no root directory through");
  }

  private static int mode(String octal) {
    return Integer.parseInt(octal, 8);
  }

  private static Fault failed(Path path, IOException e) {
    return new Fault.Transient(
        ReasonCode.IO_ERROR, "cannot make %s: %s".formatted(path, e.getMessage()));
  }

  /** The places that a package names, for whoever keeps account of them. */
  public static List<String> of(Descriptor descriptor) {
    return Stream.of(
            descriptor.directories().stream().map(Descriptor.Directory::path),
            descriptor.configFiles().stream().map(Descriptor.ConfigFile::path),
            descriptor.data().state().stream())
        .flatMap(paths -> paths)
        .distinct()
        .toList();
  }
}
