package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.repo.Publication;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code repo publish}. */
@Command(
    name = "publish",
    description = {
      "Puts what is signed into DIR/public, the timestamp last.",
      "First looks at it as a host would, and refuses what a host would refuse."
    },
    mixinStandardHelpOptions = true)
final class RepoPublishCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();

  @Option(names = "--ready", description = "Leaves out drafts that are not wholly signed.")
  private boolean ready;

  @Option(
      names = "--late",
      description = "Also what has waves that opened since it was drafted: they begin at once.")
  private boolean late;

  RepoPublishCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    return place.change(session, folder -> new Publication(folder).publish(ready, late));
  }
}
