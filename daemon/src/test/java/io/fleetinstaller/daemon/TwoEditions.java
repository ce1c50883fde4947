package io.fleetinstaller.daemon;

import static io.fleetinstaller.supply.Editions.LARGE;
import static io.fleetinstaller.supply.Editions.edit;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.supply.Editions;
import io.fleetinstaller.supply.LayoutServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A release, one in which a part of it has changed, and the delta that leads from it to that.
 *
 * @param blocks of the delta, as a file of the layout
 * @param expected what the slot of the second holds
 */
record TwoEditions(Editions editions, Digest one, Release two, Path blocks, String expected) {
  static TwoEditions in(Path folder) throws Exception {
    Editions editions = new Editions(folder);
    Digest one = editions.build("1", editions.tree(1));
    Path changed = editions.tree(2);
    edit(changed.resolve("large"), LARGE / 2);
    Digest built = editions.build("2", changed);
    List<Path> before = blobs(editions);
    editions.delta();
    List<Path> added = blobs(editions);
    added.removeAll(before);
    Path blocks =
        added.stream().max(Comparator.comparingLong(file -> file.toFile().length())).get();
    try (PullingHost honest = new PullingHost(editions, "elsewhere")) {
      Release two = honest.look(built);
      honest.stage(two);
      return new TwoEditions(editions, one, two, blocks, honest.contents(two));
    }
  }

  /** A host with the first of them. */
  PullingHost host(Path folder) throws Exception {
    PullingHost host = new PullingHost(editions, folder.getFileName().toString());
    host.stage(host.look(one));
    return host;
  }

  boolean isDelta(LayoutServer.Part part) {
    return blocks.endsWith(Digest.of(part.blob()).hex());
  }

  private static List<Path> blobs(Editions editions) throws IOException {
    try (Stream<Path> files = Files.list(editions.layout().resolve("blobs/sha256"))) {
      return new ArrayList<>(files.toList());
    }
  }
}
