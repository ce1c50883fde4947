package io.fleetinstaller.trust;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.release.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A host that trusts a repository; each call is as after a restart. */
final class Client {
  static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  final Path folder = Jimfs.newFileSystem(Configuration.unix()).getPath("/state/trust");
  Disk disk = new DurableDisk();
  Remote remote;
  byte[] anchor;
  Instant now = NOW;

  Client(FakeRepository repository) {
    this(repository, repository.files.get("metadata/1.root.json"));
  }

  Client(Remote remote, byte[] anchor) {
    this.remote = remote;
    this.anchor = anchor;
  }

  Store store() throws Fault, Untrusted {
    return Store.open(disk, folder, anchor);
  }

  Updater updater() throws Fault, Untrusted {
    return new Updater(store(), remote, now);
  }

  Updater refresh() throws Fault, Untrusted, InterruptedException {
    Updater updater = updater();
    updater.refresh();
    return updater;
  }

  /** What a refresh is refused for. */
  Refusal refused() throws Fault, InterruptedException {
    try {
      refresh();
    } catch (Untrusted e) {
      return e.refusal();
    }
    throw new AssertionError("it was not refused");
  }

  byte[] file(String name) {
    try {
      return Files.readAllBytes(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean has(String name) {
    return Files.exists(folder.resolve(name));
  }

  /** Every file below the folder with its content. */
  Map<String, String> everything() throws IOException {
    if (!Files.exists(folder)) {
      return Map.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      Map<String, String> files = new TreeMap<>();
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(each).toString(), Files.readString(each));
      }
      return files;
    }
  }

  String versions() throws Exception {
    return refresh().verified().versions().entrySet().stream()
        .map(each -> each.getKey() + " " + each.getValue())
        .collect(Collectors.joining(", "));
  }

  /** The version of a role's file on disk. */
  long stored(String role) throws Exception {
    return Envelope.open(role, file(role + ".json"), Limits.TARGETS).signed().whole("version", 1);
  }
}
