package io.fleetinstaller.cli;

import io.fleetinstaller.repo.RoleName;
import io.fleetinstaller.repo.Scheme;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code repo}: the verbs of whoever signs what fleets run. They need no daemon. */
@Command(
    name = "repo",
    description = {
      "Makes and keeps the signed repository that hosts poll.",
      "Everything is drafted first, then signed, then published; 'repo show' tells what is next."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "VERB")
final class RepoCommand {

  /** The command with its own verbs. */
  static CommandLine with(Session session) {
    return new CommandLine(new RepoCommand())
        .addSubcommand("init", new RepoInitCommand(session))
        .addSubcommand("show", new RepoShowCommand(session))
        .addSubcommand("key", RepoKeyCommand.with(session))
        .addSubcommand("delegate", new RepoDelegateCommand(session))
        .addSubcommand("add", new RepoAddCommand(session))
        .addSubcommand("deploy", new RepoDeployCommand(session))
        .addSubcommand("sign", new RepoSignCommand(session))
        .addSubcommand("payload", new RepoPayloadCommand(session))
        .addSubcommand("attach", new RepoAttachCommand(session))
        .addSubcommand("publish", new RepoPublishCommand(session))
        .addSubcommand("timestamp", new RepoTimestampCommand(session))
        .addSubcommand("rotate", new RepoRotateCommand(session))
        .addSubcommand("revoke", new RepoRevokeCommand(session))
        .addSubcommand("check", new RepoCheckCommand(session))
        .addSubcommand("bundle", new RepoBundleCommand(session))
        .registerConverter(RoleName.class, Values.converter(RoleName::new))
        .registerConverter(Scheme.class, Values.converter(Scheme::parse));
  }
}
