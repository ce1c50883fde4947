package io.fleetinstaller.cli;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code status}. */
@Command(
    name = "status",
    description = "Shows every package: what runs, what should, and what happens next.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final String TARGET = "/v1/status";
  private static final Duration REFRESH = Duration.ofSeconds(2);
  private static final String CLEAR = "\u001b[H\u001b[2J";

  private final Session session;
  @Mixin private Question question;

  @Option(names = "--watch", description = "Shows it again every two seconds, until interrupted.")
  private boolean watch;

  StatusCommand(Session session) {
    this(session, new Question());
  }

  StatusCommand(Session session, Question question) {
    this.session = session;
    this.question = question;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    return watch ? watch() : question.ask(session, TARGET, this::text);
  }

  private String text(Document status) throws Fault.Refused {
    return StatusText.of(status, session.terminal().coloured());
  }

  private int watch() throws Fault, InterruptedException {
    while (true) {
      if (session.terminal().interactive() && !question.json()) {
        session.terminal().out().print(CLEAR);
      }
      try {
        question.ask(session, TARGET, this::text);
      } catch (Fault.Transient gone) {
        // It may be restarting; whoever watches wants to see it come back.
        session.terminal().err().println(gone.getMessage());
      }
      session.time().sleep(REFRESH);
    }
  }
}
