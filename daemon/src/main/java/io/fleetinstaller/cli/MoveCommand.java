package io.fleetinstaller.cli;

import static java.util.Objects.requireNonNull;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.release.Fault;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code install}, {@code upgrade} and {@code pin}: a package, and a release of it. */
@Command(mixinStandardHelpOptions = true)
final class MoveCommand implements Callable<Integer> {
  private final Session session;
  private final Verb verb;
  @Mixin private Order order = new Order();
  @Mixin private Saying saying = new Saying();

  @Parameters(
      index = "0",
      paramLabel = "PKG[@VERSION|@DIGEST]",
      description = "The package, and which release of it.")
  private @Nullable Target target;

  private MoveCommand(Session session, Verb verb) {
    this.session = session;
    this.verb = verb;
  }

  static CommandLine install(Session session) {
    return of(
        session,
        Verb.INSTALL,
        "Puts a package on this host.",
        "With a release: kept until unpin, or until another one is asked for.",
        "Without: what config says, past holds, waves and windows.");
  }

  static CommandLine upgrade(Session session) {
    return of(
        session,
        Verb.UPGRADE,
        "Moves a package to another release.",
        "With a release: kept until unpin, or until another one is asked for.",
        "Without: to what config says, past holds, waves and windows.");
  }

  static CommandLine pin(Session session) {
    return of(
        session,
        Verb.PIN,
        "Keeps a package at one release, whatever config says, until unpin.",
        "Without a release: the one that runs.");
  }

  private static CommandLine of(Session session, Verb verb, String... description) {
    CommandLine line = new CommandLine(new MoveCommand(session, verb));
    line.getCommandSpec().usageMessage().description(description);
    return line;
  }

  @Override
  public Integer call() throws Fault {
    return order.give(session, saying.command(verb, requireNonNull(target)));
  }
}
