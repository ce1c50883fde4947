package io.fleetinstaller.cli;

import static java.util.Objects.requireNonNull;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hold}. */
@Command(
    name = "hold",
    description = "Leaves a package as it is, whatever config says.",
    mixinStandardHelpOptions = true)
final class HoldCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Order order = new Order();
  @Mixin private Saying saying = new Saying();

  @Parameters(index = "0", paramLabel = "PKG", description = "The package.")
  private @Nullable PackageName target;

  HoldCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    return order.give(session, saying.command(Verb.HOLD, requireNonNull(target)));
  }
}
