package io.fleetinstaller.cli;

import io.fleetinstaller.api.Client;
import io.fleetinstaller.api.Command;
import io.fleetinstaller.api.Ending;
import io.fleetinstaller.api.Verb;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every verb that makes the daemon do something, and how its job is followed. */
final class Order {
  @Mixin private Where where = new Where();

  @Option(names = "--json", description = "The job as it ended, for scripts.")
  private boolean json;

  @Option(names = "--no-wait", description = "Returns once the daemon has accepted it.")
  private boolean noWait;

  int give(Session session, Verb verb, Optional<PackageName> name) throws Fault {
    return give(
        session,
        new Command(verb, name, Optional.empty(), Optional.empty(), "", Optional.empty(), ""));
  }

  int give(Session session, Command command) throws Fault {
    Client client = where.client(session);
    String behalf = session.terminal().environment().getOrDefault("SUDO_USER", "");
    String id = client.submit(command, behalf);
    if (noWait) {
      session.terminal().out().println(json ? client.get("/v1/jobs/" + id).strip() : id);
      return 0;
    }
    return json ? await(session, client, id) : follow(session, client, id);
  }

  private static int await(Session session, Client client, String id) throws Fault {
    long seq = 0;
    while (true) {
      Document job = Texts.document(client.job(id, seq));
      seq = seq(job);
      if (job.has("end")) {
        session.terminal().out().print(client.get("/v1/jobs/" + id));
        return ending(job).exitCode();
      }
    }
  }

  private static int follow(Session session, Client client, String id) throws Fault {
    ProgressView view = new ProgressView(session.terminal());
    long seq = 0;
    while (true) {
      Document job = Texts.document(client.job(id, seq));
      seq = seq(job);
      for (Document line : job.objects("lines")) {
        view.line(Texts.plain(line.text("text")));
      }
      view.at(Stage.ofJob(job.object("stage")));
      if (job.has("end")) {
        return end(session, view, job);
      }
    }
  }

  private static int end(Session session, ProgressView view, Document job) throws Fault {
    Ending ending = ending(job);
    Document reason = job.object("end").object("reason");
    view.clear();
    if (ending == Ending.DONE) {
      session.terminal().out().println(Texts.plain(reason.text("sentence")));
    } else {
      session.terminal().err().println("fleet-installer: " + Texts.reason(reason));
    }
    for (String seen : reason.texts("evidence")) {
      session.terminal().err().println("  | " + Texts.plain(seen));
    }
    return ending.exitCode();
  }

  private static long seq(Document job) throws Fault {
    return job.number("seq", 0, Long.MAX_VALUE);
  }

  private static Ending ending(Document job) throws Fault {
    return Ending.parse(job.object("end").text("ending")).orElse(Ending.BUG);
  }
}
