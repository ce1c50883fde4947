package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.repo.Bundling;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code repo bundle}. */
@Command(
    name = "bundle",
    description = {
      "Writes what is published, and packages, into one file for hosts without network.",
      "They verify it as they would verify a web server; it counts as long as its timestamp."
    },
    mixinStandardHelpOptions = true)
final class RepoBundleCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();

  @Parameters(index = "1", paramLabel = "FILE", description = "The bundle.")
  private Path file = Path.of("");

  @Option(
      names = "--package",
      paramLabel = "PKG=LAYOUT",
      description = "A package and the folder of its OCI layout. May be repeated.")
  private Map<PackageName, Path> layouts = new LinkedHashMap<>();

  RepoBundleCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    return place.change(session, folder -> new Bundling(folder).bundle(file, layouts));
  }
}
