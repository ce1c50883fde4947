package io.fleetinstaller.cli;

import io.fleetinstaller.desired.Deployment;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.repo.Deploying;
import io.fleetinstaller.repo.Outcome;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code repo deploy}. */
@Command(
    name = "deploy",
    description = {
      "Says which hosts of a group should run which release, from when and how fast.",
      "Either in a file (YAML or JSON), or with the options for the usual cases.",
      "What the catalog does not have is refused. The same id again replaces the deployment."
    })
final class RepoDeployCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();
  @Mixin private DeploymentOptions wish = new DeploymentOptions();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "A deployment; without it the options say what is wanted.")
  private @Nullable Path file;

  // The standard options would take --version, which here is that of a release.
  @SuppressWarnings("UnusedVariable") // picocli reads it
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean help;

  @Option(
      names = "--group",
      required = true,
      paramLabel = "GROUP",
      description = "Whose hosts: those that have it in 'groups' of their settings.")
  private String group = "";

  @Option(
      names = "--end",
      paramLabel = "ID",
      description = "Takes the deployment of this id of --package away instead.")
  private @Nullable String end;

  RepoDeployCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    return place.change(session, folder -> deploy(new Deploying(folder)));
  }

  private Outcome deploy(Deploying deploying) throws Fault {
    if (end != null) {
      PackageName name = wish.name().orElseThrow(RepoDeployCommand::nameless);
      return deploying.end(group, name, end);
    }
    Deployment deployment =
        file == null
            ? wish.deployment(deploying, session)
            : deploying.read(file.toString(), RepoPlace.bytes(file));
    return deploying.deploy(group, deployment);
  }

  static Refused nameless() {
    return new Refused(
        ReasonCode.BAD_REQUEST, "cannot deploy: name a FILE, or a --package and what it needs");
  }
}
