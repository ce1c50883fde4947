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

/** {@code rollback}. */
@Command(
    name = "rollback",
    description = "Goes back to the previous slot, without any network.",
    mixinStandardHelpOptions = true)
final class RollbackCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Order order = new Order();
  @Mixin private Saying saying = new Saying();

  @Parameters(index = "0", paramLabel = "PKG", description = "The package.")
  private @Nullable PackageName target;

  RollbackCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    return order.give(session, saying.command(Verb.ROLLBACK, requireNonNull(target)));
  }
}
