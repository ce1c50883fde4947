package io.fleetinstaller.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code completion}. */
@Command(
    name = "completion",
    description =
        "Writes the completion script for bash and zsh: source <(fleet-installer completion)",
    mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
  private final Session session;

  CompletionCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    session
        .terminal()
        .out()
        .print(AutoComplete.bash("fleet-installer", Verbs.commandLine(session)));
    return 0;
  }
}
