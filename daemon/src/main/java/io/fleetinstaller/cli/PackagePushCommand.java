package io.fleetinstaller.cli;

import io.fleetinstaller.io.Json;
import io.fleetinstaller.registry.Push;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code package push}. */
@Command(
    name = "push",
    description = "Copies a package with all its platforms from a layout into a registry.",
    mixinStandardHelpOptions = true)
final class PackagePushCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Account account = new Account();

  @Parameters(
      index = "0",
      paramLabel = "LAYOUT[:TAG]",
      description = "Which package; the tag may be left out where there is only one.")
  private String from = "";

  @Parameters(
      index = "1",
      paramLabel = "REF",
      description = "Where to: host/path[:tag]. Without a tag only its digest names it there.")
  private String to = "";

  @Option(names = "--json", description = "The digest and where it is, for scripts.")
  private boolean json;

  PackagePushCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    Reference source = Account.reference(from);
    Reference target = Account.reference(to);
    Terminal terminal = session.terminal();
    try (Push push = new Push(account.settings(session), session.time(), Account.chance(session))) {
      Digest digest = push.run(source, target, line -> terminal.err().println(line));
      String pinned = target.address() + "@" + digest;
      terminal
          .out()
          .println(
              json
                  ? Json.pretty(Map.of("digest", digest, "reference", pinned))
                  : "pushed " + pinned);
    }
    return 0;
  }
}
