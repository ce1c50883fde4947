package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.repo.Delegating;
import io.fleetinstaller.repo.RoleName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code repo delegate}. */
@Command(
    name = "delegate",
    description = {
      "Trusts others with channels (publishers) or groups (operators), with keys of their own.",
      "For a role that is there, what is given here replaces what it had."
    },
    mixinStandardHelpOptions = true)
final class RepoDelegateCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();

  @Parameters(index = "1", paramLabel = "ROLE", description = "Its name, e.g. ops-prod.")
  private RoleName role = RoleName.TARGETS;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "PUB",
      description = "The public half of a key: a file, or a name in DIR/keys. May be repeated.")
  private List<String> keys = new ArrayList<>();

  @Option(
      names = "--threshold",
      paramLabel = "N",
      description = "How many of the keys must sign. Default: ${DEFAULT-VALUE}.")
  private int threshold = 1;

  @Option(
      names = "--channel",
      paramLabel = "CHANNEL",
      description = "A channel whose catalog it signs. May be repeated.")
  private List<String> channels = new ArrayList<>();

  @Option(
      names = "--group",
      paramLabel = "GROUP",
      description = "A group whose deployments it signs. May be repeated.")
  private List<String> groups = new ArrayList<>();

  RepoDelegateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    List<String> paths = new ArrayList<>();
    for (String channel : channels) {
      paths.add(Delegating.channel(channel));
    }
    for (String group : groups) {
      paths.add(Delegating.group(group));
    }
    return place.change(
        session,
        folder ->
            new Delegating(folder).delegate(role, RepoPlace.keys(folder, keys), threshold, paths));
  }
}
