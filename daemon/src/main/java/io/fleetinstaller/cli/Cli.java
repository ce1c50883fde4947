package io.fleetinstaller.cli;

import io.fleetinstaller.api.Ending;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;

/**
 * The command line. Exit codes: 0 done, 1 usage, 2 refused, 3 may go away by itself, 4 a person
 * must act, 70 a bug.
 */
public final class Cli {
  private static final int USAGE = 1;

  private final Session session;

  public Cli(Product product, Terminal terminal, Time time) {
    this.session = new Session(product, terminal, time);
  }

  /** Runs one command line to its end in this process; the answer is the exit code. */
  public static int run(String[] args, Product product) {
    return new Cli(product, Terminal.ofThisProcess(), new SystemTime()).run(args);
  }

  public int run(String... args) {
    Terminal terminal = session.terminal();
    return Verbs.commandLine(session, args)
        .registerConverter(Target.class, Target::parse)
        .registerConverter(PackageName.class, Texts.converter(PackageName::new))
        .registerConverter(Duration.class, Texts.converter(Texts::duration))
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setOut(writer(terminal.out()))
        .setErr(writer(terminal.err()))
        .setParameterExceptionHandler(this::usage)
        .setExecutionExceptionHandler((exception, _, _) -> failed(exception))
        .execute(args);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  private int usage(ParameterException exception, String[] args) {
    session
        .terminal()
        .err()
        .printf(
            "fleet-installer: %s%ntry '%s --help'%n",
            exception.getMessage(), exception.getCommandLine().getCommandSpec().qualifiedName());
    return USAGE;
  }

  private int failed(Exception exception) {
    PrintStream err = session.terminal().err();
    return switch (exception) {
      case Fault fault -> {
        err.printf(
            "fleet-installer: %s: %s%n",
            fault.reason().code().text(), Texts.plain(String.valueOf(fault.getMessage())));
        fault.reason().evidence().forEach(line -> err.println("  | " + Texts.plain(line)));
        yield Ending.of(fault).exitCode();
      }
      case InterruptedException _ -> Ending.TRANSIENT.exitCode();
      case Exception bug -> {
        err.println("fleet-installer: this is a bug; please report it with what follows");
        bug.printStackTrace(err);
        yield Ending.BUG.exitCode();
      }
    };
  }
}
