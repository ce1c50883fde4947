package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code explain}. */
@Command(
    name = "explain",
    description = "Says why a package is, or is not, being upgraded.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Question question = new Question();

  @Parameters(index = "0", paramLabel = "PKG", description = "The package.")
  private @Nullable PackageName name;

  ExplainCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    return question.ask(session, "/v1/packages/" + name, ExplainText::of);
  }
}
