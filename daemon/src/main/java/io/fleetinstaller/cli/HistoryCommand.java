package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code history}. */
@Command(
    name = "history",
    description = "Shows the upgrades that have ended, the newest last.",
    mixinStandardHelpOptions = true)
final class HistoryCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Question question = new Question();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "PKG",
      description = "Of this package only.")
  private @Nullable PackageName name;

  HistoryCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    return question.ask(
        session, name == null ? "/v1/history" : "/v1/history/" + name, HistoryText::of);
  }
}
