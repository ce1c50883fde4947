package io.fleetinstaller.cli;

import io.fleetinstaller.io.Logs;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import java.util.Optional;

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
    Optional<Plain.Verb> plain = Plain.verb(session, args);
    return plain.isPresent() ? run(plain.get()) : Grammar.execute(session, args);
  }

  private int run(Plain.Verb verb) {
    try {
      return verb.run();
    } catch (Fault | InterruptedException | RuntimeException e) {
      return Failures.tell(e, session.terminal());
    }
  }
}
