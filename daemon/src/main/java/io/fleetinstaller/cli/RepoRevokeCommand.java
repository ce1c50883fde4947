package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.repo.Rotation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code repo revoke}. */
@Command(
    name = "revoke",
    description = {
      "Takes a key out of every role, and says what must be signed anew.",
      "A top role that would have too few keys gets a new one; an operator's role without keys ends."
    },
    mixinStandardHelpOptions = true)
final class RepoRevokeCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();

  @Parameters(
      index = "1",
      paramLabel = "PUB",
      description = "The key: a name in DIR/keys, or a file with its public half.")
  private String key = "";

  RepoRevokeCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    return place.change(session, folder -> new Rotation(folder).revoke(folder.key(key)));
  }
}
