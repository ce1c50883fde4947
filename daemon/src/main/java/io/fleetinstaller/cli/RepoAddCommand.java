package io.fleetinstaller.cli;

import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.repo.Adding;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code repo add}. */
@Command(
    name = "add",
    description = "Brings a release into the catalog of a channel; the package says the rest.",
    mixinStandardHelpOptions = true)
final class RepoAddCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();
  @Mixin private Account account = new Account();

  @Parameters(
      index = "1",
      paramLabel = "REF|LAYOUT",
      description = "host/path or a layout's folder, each with :tag or @sha256:…")
  private String reference = "";

  @Option(names = "--channel", paramLabel = "CHANNEL", description = "Default: ${DEFAULT-VALUE}.")
  private String channel = "stable";

  @Option(names = "--notes", paramLabel = "TEXT", description = "One line for people.")
  private String notes = "";

  RepoAddCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    Inspection seen =
        Inspection.of(
            Account.reference(reference),
            account.settings(session),
            session.time(),
            Account.chance(session));
    return place.change(session, folder -> new Adding(folder).add(channel, seen, notes));
  }
}
