package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diagnose}. */
@Command(
    name = "diagnose",
    description = {
      "Writes one archive with all that is needed to see what is wrong with this host.",
      "Secrets are taken out of it; look at it before you give it away nevertheless."
    },
    mixinStandardHelpOptions = true)
final class DiagnoseCommand implements Callable<Integer> {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final Session session;
  @Mixin private Where where = new Where();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where to, a .tar.gz. Nothing that is there is overwritten.")
  private @Nullable Path output;

  DiagnoseCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    Path file =
        output == null
            ? Path.of("fleet-installer-%s.tar.gz".formatted(STAMP.format(session.time().now())))
            : output;
    List<String> missing =
        session.product().diagnoser().write(where.config(session), socket(), file);
    for (String part : missing) {
      session.terminal().err().println("not in it: " + Texts.plain(part));
    }
    session.terminal().out().println(file.toAbsolutePath());
    return 0;
  }

  /** Settings that are bad are in the archive: they must not keep it from being written. */
  private Path socket() {
    try {
      return where.socket(session);
    } catch (Fault bad) {
      return session.product().socket();
    }
  }
}
