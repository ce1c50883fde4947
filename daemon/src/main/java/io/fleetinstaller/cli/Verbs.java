package io.fleetinstaller.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;

/** Every verb and how its command is made. */
final class Verbs {
  private static final Map<String, Function<Session, Object>> ALL = all();

  private Verbs() {}

  private static Map<String, Function<Session, Object>> all() {
    Map<String, Function<Session, Object>> all = new LinkedHashMap<>();
    all.put("status", StatusCommand::new);
    all.put("explain", ExplainCommand::new);
    all.put("plan", PlanCommand::new);
    all.put("history", HistoryCommand::new);
    all.put("install", MoveCommand::install);
    all.put("upgrade", MoveCommand::upgrade);
    all.put("rollback", RollbackCommand::new);
    all.put("remove", RemoveCommand::new);
    all.put("hold", HoldCommand::new);
    all.put("unhold", UnholdCommand::new);
    all.put("pin", MoveCommand::pin);
    all.put("unpin", UnpinCommand::new);
    all.put("poll", PollCommand::new);
    all.put("verify", VerifyCommand::new);
    all.put("doctor", DoctorCommand::new);
    all.put("diagnose", DiagnoseCommand::new);
    all.put("package", PackageCommand::with);
    all.put("repo", RepoCommand::with);
    all.put("run", RunCommand::new);
    all.put("setup", SetupCommand::new);
    all.put("completion", CompletionCommand::new);
    return all;
  }

  /**
   * A command line that knows the verb which was typed, or all of them when none was. Reading the
   * annotations of every verb takes longer than asking the daemon.
   */
  static CommandLine commandLine(Session session, String... args) {
    CommandLine root = new CommandLine(new Root());
    if (args.length > 0 && ALL.containsKey(args[0])) {
      add(root, args[0], session);
    } else {
      ALL.keySet().forEach(verb -> add(root, verb, session));
    }
    return root;
  }

  private static void add(CommandLine root, String verb, Session session) {
    Optional.ofNullable(ALL.get(verb))
        .ifPresent(make -> root.addSubcommand(verb, make.apply(session)));
  }
}
