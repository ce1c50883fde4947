package io.fleetinstaller.source;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Fault.Transient;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.trust.TargetFile;
import io.fleetinstaller.trust.Untrusted;
import io.fleetinstaller.trust.Updater;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The documents that this host reads, each kept in a file named by its hash, so that only what
 * changed is fetched. What is kept is hashed again each time it is read.
 */
final class Documents {
  /** What a hash is called in metadata, and in Java; the first that is there names the file. */
  private static final Map<String, String> ALGORITHMS =
      new TreeMap<>(Map.of("sha256", "SHA-256", "sha512", "SHA-512"));

  private final Path folder;
  private final Disk disk;

  Documents(Path folder, Disk disk) {
    this.folder = folder;
    this.disk = disk;
  }

  /** The bytes of all these targets, those that are not kept yet fetched. */
  SortedMap<String, byte[]> gather(Collection<TargetFile> targets, Updater updater)
      throws Untrusted, Fault, InterruptedException {
    SortedMap<String, byte[]> documents = new TreeMap<>();
    for (TargetFile target : targets) {
      documents.put(target.path(), document(updater, target));
    }
    return documents;
  }

  /** Drops all that are kept but these. */
  void keepOnly(Collection<TargetFile> targets) throws Fault {
    Set<String> files = new HashSet<>();
    for (TargetFile target : targets) {
      files.add(hash(target).getValue());
    }
    try (Stream<Path> kept = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
      for (Path file : kept.toList()) {
        if (!files.contains(String.valueOf(file.getFileName())) && !Quarantine.holds(file)) {
          disk.delete(file);
        }
      }
    } catch (IOException e) {
      throw failed("sweep", folder, e);
    }
  }

  private byte[] document(Updater updater, TargetFile target)
      throws Untrusted, Fault, InterruptedException {
    Map.Entry<String, String> hash = hash(target);
    Path file = folder.resolve(hash.getValue());
    Optional<byte[]> kept = kept(file, target, hash);
    if (kept.isPresent()) {
      return kept.get();
    }
    byte[] fetched = updater.download(target);
    try {
      Quarantine.directory(disk, folder, 0700);
      disk.replace(file, fetched, 0600);
    } catch (IOException e) {
      throw failed("write", file, e);
    }
    return fetched;
  }

  private Optional<byte[]> kept(Path file, TargetFile target, Map.Entry<String, String> hash)
      throws Fault {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try {
      Quarantine.clear(disk, file);
      byte[] bytes = Bounded.read(file, Vouched.LARGEST);
      boolean whole =
          bytes.length == target.length() && hash.getValue().equals(hex(hash.getKey(), bytes));
      if (!whole) {
        Quarantine.put(disk, file, "it is not what its name says");
      }
      return whole ? Optional.of(bytes) : Optional.empty();
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  private static Map.Entry<String, String> hash(TargetFile target) throws Refused {
    for (Map.Entry<String, String> each : ALGORITHMS.entrySet()) {
      String hex = target.hashes().get(each.getKey());
      if (hex != null && hex.matches("[0-9a-f]{64,128}")) {
        return Map.entry(each.getValue(), hex);
      }
    }
    throw new Refused(
        ReasonCode.MALFORMED,
        "cannot read %s: it has neither a sha256 nor a sha512".formatted(target.path()));
  }

  private static String hex(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has " + algorithm, e);
    }
  }

  private static Transient failed(String what, Path file, IOException e) {
    return new Transient(
        ReasonCode.IO_ERROR, "cannot %s %s: %s".formatted(what, file, e.getMessage()));
  }
}
