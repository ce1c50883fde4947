package io.fleetinstaller.cli;

import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Version;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;

/** Reads a command line, finds its verb and does it. */
final class Grammar {
  private static final int USAGE = 1;

  private Grammar() {}

  static int execute(Session session, String... args) {
    Terminal terminal = session.terminal();
    return Verbs.commandLine(session, args)
        .registerConverter(Target.class, Target::parse)
        .registerConverter(PackageName.class, Values.converter(PackageName::new))
        .registerConverter(Version.class, Values.converter(Version::new))
        .registerConverter(Duration.class, Values.converter(Values::duration))
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setOut(writer(terminal.out()))
        .setErr(writer(terminal.err()))
        .setParameterExceptionHandler((wrong, _) -> usage(wrong, terminal))
        .setExecutionExceptionHandler((exception, _, _) -> Failures.tell(exception, terminal))
        .execute(args);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  private static int usage(ParameterException wrong, Terminal terminal) {
    String verb = wrong.getCommandLine().getCommandSpec().qualifiedName();
    terminal.err().println("fleet-installer: " + wrong.getMessage());
    terminal.err().println("try '" + verb + " --help'");
    return USAGE;
  }
}
