package io.fleetinstaller.cli;

import io.fleetinstaller.io.Logs;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The command line. Exit codes: 0 done, 1 usage, 2 refused, 3 may go away by itself, 4 a person
 * must act, 70 a bug.
 */
public final class Cli {
  private final Session session;

  public Cli(Product product, Terminal terminal, Time time) {
    this.session = new Session(product, terminal, time);
  }

  /** Runs one command line to its end in this process; the answer is the exit code. */
  public static int run(String[] args, Product product) {
    // Its verbs look at a repository as a host does, and then it is no host that changes.
    if (args.length > 0 && args[0].equals("repo")) {
      Logs.quiet();
    }
    return new Cli(product, Terminal.ofThisProcess(), new SystemTime()).run(args);
  }

  public int run(String... args) {
    Optional<StatusCommand> status = plainStatus(args);
    return status.isPresent() ? show(status.get()) : Grammar.execute(session, args);
  }

  private int show(StatusCommand status) {
    try {
      return status.call();
    } catch (Fault | InterruptedException | RuntimeException e) {
      return Failures.tell(e, session.terminal());
    }
  }

  /**
   * Monitoring asks for status all day, and picocli takes longer to load than the daemon to answer:
   * its plain forms do without. Every other form is the grammar's to judge.
   */
  private Optional<StatusCommand> plainStatus(String... args) {
    if (args.length == 0 || !args[0].equals("status")) {
      return Optional.empty();
    }
    boolean json = false;
    @Nullable Path socket = null;
    for (int i = 1; i < args.length; i++) {
      if (args[i].equals("--json") && !json) {
        json = true;
      } else if (args[i].equals("--socket") && socket == null && i + 1 < args.length) {
        i++;
        socket = Path.of(args[i]);
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(new StatusCommand(session, new Question(new Where(socket), json)));
  }
}
