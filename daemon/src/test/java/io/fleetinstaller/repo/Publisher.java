package io.fleetinstaller.repo;

import io.fleetinstaller.desired.Deployment;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Release;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A signed repository, made by the product's own tool at the time of the test's clock, with keys
 * whose passphrases are quick to try.
 */
public final class Publisher {
  private final Path folder;
  private final Time time;

  public Publisher(Path folder, Time time) throws Fault {
    this.folder = folder;
    this.time = time;
    new Initiation(place()).init(Initiation.Wish.USUAL);
  }

  /** What a web server would serve. */
  public Path site() {
    return folder.resolve("public");
  }

  public Path root() {
    return site().resolve("metadata/1.root.json");
  }

  public void add(Path layout, Release release) throws Exception {
    Reference reference = Reference.parse(layout + "@" + release.digest());
    RegistrySettings settings = RegistrySettings.of(List.of());
    Inspection seen = Inspection.of(reference, settings, new SystemTime(), new Random(7));
    new Adding(place()).add("stable", seen, "");
  }

  /** Deploys a release to the group {@code all}. */
  public void deploy(Release release, String more) throws Fault {
    String text =
        """
        {id: one, package: %s, version: "%s", digest: "%s", by: ana, note: try it %s}
        """
            .formatted(release.name(), release.version(), release.digest(), more);
    Deploying deploying = new Deploying(place());
    Deployment read = deploying.read("test", text.getBytes(StandardCharsets.UTF_8));
    deploying.deploy("all", read);
  }

  /** Deploys to the group {@code all} whatever is newest in the channel. */
  public void follow(String more) throws Fault {
    String text =
        """
        {id: newest, package: agent, follow: {channel: stable}, by: ana %s}
        """
            .formatted(more);
    Deploying deploying = new Deploying(place());
    deploying.deploy("all", deploying.read("test", text.getBytes(StandardCharsets.UTF_8)));
  }

  public void publish() throws Exception {
    new Signing(place()).sign(List.of());
    new Publication(place()).publish(false, false);
  }

  public void stamp() throws Exception {
    new Stamping(place()).stamp();
  }

  private Workplace place() {
    Passphrases phrases =
        new Passphrases() {
          @Override
          public Optional<String> of(String key, int attempt) {
            return attempt == 0 ? Optional.of("open") : Optional.empty();
          }

          @Override
          public String fresh(String key) {
            return "open";
          }
        };
    Folder work = new Folder(new DurableDisk(), folder);
    return new Workplace(work, time.now(), new Holder(phrases, List.of()), new KeyFile(2));
  }

  public static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Path target = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.copy(each, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
