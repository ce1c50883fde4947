package io.fleetinstaller.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code package}: the verbs of whoever makes packages. They need no daemon. */
@Command(
    name = "package",
    description = "Makes packages, pushes them and shows what is in them.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "VERB")
final class PackageCommand {

  /** The command with its own verbs. */
  static CommandLine with(Session session) {
    return new CommandLine(new PackageCommand())
        .addSubcommand("build", new PackageBuildCommand(session))
        .addSubcommand("push", new PackagePushCommand(session))
        .addSubcommand("delta", new PackageDeltaCommand(session))
        .addSubcommand("inspect", new PackageInspectCommand(session));
  }
}
