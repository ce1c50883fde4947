package io.fleetinstaller.cli;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code poll}. */
@Command(
    name = "poll",
    description = "Looks at config now, and acts on it.",
    mixinStandardHelpOptions = true)
final class PollCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Order order = new Order();

  @Option(
      names = "--retry",
      paramLabel = "PKG",
      description = "Tries again at once what failed with this package.")
  private @Nullable PackageName name;

  @Option(
      names = "--reset-clock",
      description =
          "Forgets the latest time that signed config proved, where the clock had been ahead.")
  private boolean resetClock;

  PollCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    return order.give(
        session, resetClock ? Verb.RESET_CLOCK : Verb.POLL, Optional.ofNullable(name));
  }
}
