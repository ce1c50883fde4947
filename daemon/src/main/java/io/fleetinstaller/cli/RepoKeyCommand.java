package io.fleetinstaller.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code repo key}: keys to sign with. */
@Command(
    name = "key",
    description = "Makes keys, and takes over keys that were made elsewhere.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "VERB")
final class RepoKeyCommand {

  /** The command with its own verbs. */
  static CommandLine with(Session session) {
    return new CommandLine(new RepoKeyCommand())
        .addSubcommand("gen", new RepoKeyGenCommand(session))
        .addSubcommand("import", new RepoKeyImportCommand(session));
  }
}
