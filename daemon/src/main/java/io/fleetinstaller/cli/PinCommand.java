package io.fleetinstaller.cli;

import static java.util.Objects.requireNonNull;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.release.Fault;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pin}. */
@Command(
    name = "pin",
    description = "Keeps a package at one release, whatever config says, until unpin.",
    mixinStandardHelpOptions = true)
final class PinCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Order order = new Order();
  @Mixin private Saying saying = new Saying();

  @Parameters(
      index = "0",
      paramLabel = "PKG[@VERSION|@DIGEST]",
      description = "The package, and which release of it; without one, the one that runs.")
  private @Nullable Target target;

  PinCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    return order.give(session, saying.command(Verb.PIN, requireNonNull(target)));
  }
}
