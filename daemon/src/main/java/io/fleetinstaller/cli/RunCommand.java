package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code run}. */
@Command(
    name = "run",
    description = "Runs the daemon until it is told to stop.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  private final Session session;

  @Option(names = "--config", paramLabel = "FILE", description = "The settings, installer.yaml.")
  private @Nullable Path config;

  @Option(
      names = "--supervised",
      description = "Runs the agents as its own children: for containers and demonstrations.")
  private boolean supervised;

  @Option(
      names = "--rehearse",
      hidden = true,
      paramLabel = "FOLDER",
      description = "Only proves that it could run, beside the daemon that does.")
  private @Nullable Path rehearsal;

  RunCommand(Session session) {
    this(session, null, false);
  }

  RunCommand(Session session, @Nullable Path config, boolean supervised) {
    this.session = session;
    this.config = config;
    this.supervised = supervised;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    Path settings = Optional.ofNullable(config).orElse(session.product().config());
    if (rehearsal != null) {
      session.product().itself().rehearse(settings, rehearsal);
    } else {
      session.product().daemon().run(settings, supervised);
    }
    return 0;
  }
}
