package io.fleetinstaller.slots;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The shelves of all packages, and what can be tidied up on them at any time. */
record Shelves(Path root, Doors doors, Remembered remembered) {
  private static final Logger LOG = LoggerFactory.getLogger(Shelves.class);

  /** Something that can be done another time, too. */
  @FunctionalInterface
  interface Tidying {
    void run() throws IOException;
  }

  List<Shelf> all() {
    return Shelf.children(root).stream()
        .filter(Files::isDirectory)
        .flatMap(folder -> PackageName.of(String.valueOf(folder.getFileName())).stream())
        .flatMap(name -> find(name).stream())
        .toList();
  }

  Optional<Shelf> find(PackageName name) {
    try {
      return Optional.of(of(name));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  Shelf of(PackageName name) throws IOException {
    return new Shelf(Layout.of(root, name), doors, remembered);
  }

  Shelf of(PackageName name, Room room) throws Fault, InterruptedException {
    return room.in(() -> of(name));
  }

  /** Empties the staging folders, but keeps a slot that was begun. */
  void sweep() {
    for (Shelf shelf : all()) {
      tidy(shelf, shelf::keep);
      tidy(shelf, shelf::sweep);
    }
  }

  /** Forgets what was begun of these packages. */
  void forgetBegun(Predicate<PackageName> unwanted) {
    all().stream()
        .filter(shelf -> Layout.present(shelf.layout().begun()))
        .filter(shelf -> unwanted.test(shelf.layout().name()))
        .forEach(shelf -> tidy(shelf, shelf::forget));
  }

  /** What cannot be done now is left for the next time. */
  static void tidy(Shelf shelf, Tidying tidying) {
    try {
      tidying.run();
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("package", shelf.layout().name())
          .log("cannot tidy up in {}: {}", shelf.layout().home(), e.getMessage());
    }
  }
}
