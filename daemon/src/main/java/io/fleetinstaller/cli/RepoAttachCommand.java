package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.repo.Detached;
import io.fleetinstaller.repo.RoleName;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code repo attach}. */
@Command(
    name = "attach",
    description = "Adds a signature that was made elsewhere to a draft; it says by which key.",
    mixinStandardHelpOptions = true)
final class RepoAttachCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();

  @Parameters(index = "1", paramLabel = "ROLE", description = "Whose draft.")
  private RoleName role = RoleName.ROOT;

  @Parameters(
      index = "2",
      paramLabel = "SIGNATURE",
      description = "A file with the signature, raw or in hex.")
  private Path signature = Path.of("");

  RepoAttachCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    byte[] bytes = RepoPlace.bytes(signature);
    return place.change(session, folder -> new Detached(folder).attach(role, bytes));
  }
}
