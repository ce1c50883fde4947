package io.fleetinstaller.repo;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.trust.Store;
import io.fleetinstaller.trust.TargetFile;
import io.fleetinstaller.trust.Untrusted;
import io.fleetinstaller.trust.Updater;
import io.fleetinstaller.trust.Verified;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** A host that was installed with the first root, and remembers what it saw. */
final class Fleet {
  private final Workshop workshop;
  private final Path state;
  private final Disk disk;
  private final byte[] root;

  Fleet(Workshop workshop, Path state) throws IOException {
    this(workshop, state, new DurableDisk());
  }

  Fleet(Workshop workshop, Path state, Disk disk) throws IOException {
    this.workshop = workshop;
    this.disk = disk;
    this.state = state;
    this.root = Files.readAllBytes(workshop.published("metadata/1.root.json"));
  }

  /** The documents that it finds by now, as text. */
  SortedMap<String, String> poll() throws Untrusted, Fault, InterruptedException, IOException {
    Updater updater = updater();
    updater.refresh();
    SortedMap<String, String> documents = new TreeMap<>();
    for (TargetFile file : updater.targets("").targets().values()) {
      documents.put(file.path(), new String(updater.download(file), StandardCharsets.UTF_8));
    }
    return documents;
  }

  Verified versions() throws Untrusted, Fault, InterruptedException {
    return updater().refresh();
  }

  private Updater updater() throws Untrusted, Fault {
    Staged site = new Staged(new Folder(disk, workshop.folder.resolve("public")), new TreeMap<>());
    return new Updater(Store.open(disk, state, root), site, workshop.time.now());
  }
}
