package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.repo.RoleName;
import io.fleetinstaller.repo.Rotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code repo rotate}. */
@Command(
    name = "rotate",
    description = {
      "Gives a role other keys. A role with one key gets a new one by itself.",
      "A new root is signed by the keys of the old one and by its own."
    },
    mixinStandardHelpOptions = true)
final class RepoRotateCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();

  @Parameters(index = "1", paramLabel = "ROLE", description = "Which role.")
  private RoleName role = RoleName.ROOT;

  @Option(
      names = "--out",
      paramLabel = "PUB",
      description = "A key that goes; a new one is made for it unless --in brings one.")
  private List<String> out = new ArrayList<>();

  @Option(names = "--in", paramLabel = "PUB", description = "A key that comes.")
  private List<String> in = new ArrayList<>();

  @Option(names = "--threshold", paramLabel = "N", description = "How many must sign from now on.")
  private @Nullable Integer threshold;

  RepoRotateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    return place.change(
        session,
        folder ->
            new Rotation(folder)
                .rotate(
                    role,
                    RepoPlace.keys(folder, out),
                    RepoPlace.keys(folder, in),
                    Optional.ofNullable(threshold)));
  }
}
