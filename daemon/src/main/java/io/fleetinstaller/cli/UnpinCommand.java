package io.fleetinstaller.cli;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code unpin}. */
@Command(
    name = "unpin",
    description = "Drops what a person asked for, so that config decides again.",
    mixinStandardHelpOptions = true)
final class UnpinCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Order order = new Order();

  @Parameters(index = "0", paramLabel = "PKG", description = "The package.")
  private @Nullable PackageName name;

  UnpinCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    return order.give(session, Verb.UNPIN, Optional.ofNullable(name));
  }
}
