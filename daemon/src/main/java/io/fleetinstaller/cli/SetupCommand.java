package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Release;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code setup}. */
@Command(
    name = "setup",
    description = {
      "Puts this program into a slot of its own package and starts it from there, by hand and as root.",
      "From then on it is upgraded like every other package."
    },
    mixinStandardHelpOptions = true)
final class SetupCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Account account = new Account();

  @Parameters(
      index = "0",
      paramLabel = "REF|LAYOUT",
      description = "host/path or a layout's folder, each with :tag or @sha256:…")
  private String reference = "";

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The settings to set it up by; the service itself reads those in /etc.")
  private @Nullable Path config;

  SetupCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    Path settings = Optional.ofNullable(config).orElse(session.product().config());
    Release release =
        session
            .product()
            .itself()
            .setUp(settings, Account.reference(reference), account.settings(session));
    session.terminal().out().println("%s runs".formatted(release));
    return 0;
  }
}
