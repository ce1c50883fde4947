package io.fleetinstaller.cli;

import io.fleetinstaller.api.Ending;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.report.CheckupReport;
import io.fleetinstaller.report.CheckupReport.Check;
import io.fleetinstaller.report.Tree;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  private String checkup() throws Fault {
    try {
      return question.where().client(session).get("/v1/doctor");
    } catch (Fault.Transient silent) {
      return withoutDaemon(silent);
    }
  }

  private String withoutDaemon(Fault.Transient silent) throws Fault {
    Path config = question.where().config(session);
    CheckupReport host = session.product().checkup().examine(config);
    List<Check> checks = new ArrayList<>(host.checks());
    checks.addFirst(
        Check.fail(
            "daemon",
            silent.reason().sentence(),
            "what follows is what this command sees by itself"));
    Tree tree = new CheckupReport(host.clock(), checks).tree();
    return new String(Json.bytes(tree.entries()), StandardCharsets.UTF_8) + "\n";
  }

  @Override
  public Integer call() throws Fault {
    String checkup = checkup();
    question.show(
        session, checkup, document -> CheckupText.of(document, session.terminal().coloured()));
    for (Document check : Texts.document(checkup).objects("checks")) {
      if (check.text("level").equals("fail")) {
        return Ending.BROKEN.exitCode();
      }
    }
    return 0;
  }
}
