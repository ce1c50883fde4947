package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.repo.Detached;
import io.fleetinstaller.repo.RoleName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code repo payload}. */
@Command(
    name = "payload",
    description = "Gives out the bytes of a draft, to be signed elsewhere, and says how.",
    mixinStandardHelpOptions = true)
final class RepoPayloadCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();

  @Parameters(index = "1", paramLabel = "ROLE", description = "Whose draft.")
  private RoleName role = RoleName.ROOT;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "Where the bytes go.")
  private Path output = Path.of("");

  RepoPayloadCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    Detached detached = new Detached(place.open(session));
    try {
      Files.write(output, detached.payload(role));
    } catch (IOException e) {
      throw new Broken(ReasonCode.IO_ERROR, "cannot write %s: %s".formatted(output, e));
    }
    return place.answer(session, detached.how(role, output.toString()));
  }
}
