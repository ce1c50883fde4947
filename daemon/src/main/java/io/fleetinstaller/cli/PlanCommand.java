package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code plan}. */
@Command(
    name = "plan",
    description = "Shows what the next poll would do to each package, and why. Changes nothing.",
    mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Question question = new Question();

  PlanCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    return question.ask(session, "/v1/plan", PlanText::of);
  }
}
