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

/** {@code unhold}. */
@Command(name = "unhold", description = "Ends a hold.", mixinStandardHelpOptions = true)
final class UnholdCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Order order = new Order();

  @Parameters(index = "0", paramLabel = "PKG", description = "The package.")
  private @Nullable PackageName name;

  UnholdCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    return order.give(session, Verb.UNHOLD, Optional.ofNullable(name));
  }
}
