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

/** {@code verify}. */
@Command(
    name = "verify",
    description = "Re-hashes the slots against what was pulled, and names what differs.",
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Order order = new Order();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "PKG",
      description = "Of this package only.")
  private @Nullable PackageName name;

  VerifyCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    return order.give(session, Verb.VERIFY, Optional.ofNullable(name));
  }
}
