package io.fleetinstaller.repo;

import io.fleetinstaller.desired.Catalog;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Brings releases into the catalog of a channel. */
public record Adding(Workplace place) {

  /** Drafts the channel's catalog with what was seen in a layout or registry. */
  public Outcome add(String channel, Inspection seen, String notes) throws Fault {
    Release release = release(seen);
    String path = path(channel, release);
    Documents documents = new Documents(place);
    Optional<byte[]> bytes = documents.read(path);
    Catalog before =
        bytes.isPresent() ? Catalog.parse(path, bytes.get()) : Catalog.empty(release.name());
    if (before.find(release.version()).isPresent()) {
      return again(before, release, path);
    }
    RoleName role = documents.write(path, extended(before, entry(release, seen, notes)).bytes());
    return Outcome.said(
            "%s: %s %s %s".formatted(path, release.name(), release.version(), release.digest()))
        .line("drafted %s; next: repo sign".formatted(role))
        .with("path", path)
        .with("role", role)
        .with("name", release.name())
        .with("version", release.version())
        .with("digest", release.digest());
  }

  private static Outcome again(Catalog before, Release release, String path) throws Refused {
    boolean same =
        before
            .find(release.digest())
            .filter(entry -> entry.version().equals(release.version()))
            .isPresent();
    if (!same) {
      throw new Refused(
          ReasonCode.CONFLICT,
          "cannot add %s %s: %s has another release of that version; give it a new version"
              .formatted(release.name(), release.digest(), path));
    }
    return Outcome.said("%s has %s %s already".formatted(path, release.name(), release.version()))
        .with("path", path)
        .with("digest", release.digest());
  }

  private static Release release(Inspection seen) throws Refused {
    List<Release> releases = seen.images().stream().map(Image::release).distinct().toList();
    if (releases.size() != 1) {
      throw new Refused(
          ReasonCode.DESCRIPTOR_MISMATCH,
          "cannot add %s: its platforms are of %d releases, not of one"
              .formatted(seen.reference(), releases.size()));
    }
    return releases.getFirst();
  }

  private static String path(String channel, Release release) throws Refused {
    try {
      return Catalog.path(channel, release.name());
    } catch (IllegalArgumentException e) {
      throw new Refused(ReasonCode.BAD_REQUEST, "cannot add to this channel: " + e.getMessage());
    }
  }

  private Catalog.Entry entry(Release release, Inspection seen, String notes) throws Refused {
    List<Catalog.Manifest> manifests = new ArrayList<>();
    for (Image image : seen.images()) {
      long size = seen.sizes().getOrDefault(image.manifest(), 0L);
      manifests.add(new Catalog.Manifest(image.descriptor().platform(), image.manifest(), size));
    }
    try {
      boolean noReturn =
          seen.images().stream().anyMatch(image -> image.descriptor().data().pointOfNoReturn());
      return new Catalog.Entry(
          release.version(), release.digest(), place.now(), notes, manifests, noReturn);
    } catch (IllegalArgumentException e) {
      throw new Refused(
          ReasonCode.BAD_REQUEST, "cannot add %s: %s".formatted(release.name(), e.getMessage()));
    }
  }

  private static Catalog extended(Catalog before, Catalog.Entry entry) throws Refused {
    try {
      return before.with(entry);
    } catch (IllegalArgumentException e) {
      throw new Refused(
          ReasonCode.CONFLICT, "cannot add to the catalog: %s".formatted(e.getMessage()));
    }
  }
}
