package io.fleetinstaller.cli;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code doctor}. */
@Command(
    name = "doctor",
    description = "Checks what upgrades on this host rest on, and says what to do.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Question question = new Question();

  DoctorCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    String checkup = question.where().client(session).get("/v1/doctor");
    question.show(
        session, checkup, document -> CheckupText.of(document, session.terminal().coloured()));
    for (Document check : Texts.document(checkup).objects("checks")) {
      if (check.text("level").equals("fail")) {
        return io.fleetinstaller.api.Ending.BROKEN.exitCode();
      }
    }
    return 0;
  }
}
