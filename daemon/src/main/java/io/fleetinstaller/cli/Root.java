package io.fleetinstaller.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The program itself. */
@Command(
    name = "fleet-installer",
    description = "Keeps the agents of this host at the releases they should run.",
    mixinStandardHelpOptions = true,
    versionProvider = Root.Build.class,
    synopsisSubcommandLabel = "VERB",
    footer = {
      "",
      "Exit codes: 0 done, 1 usage, 2 refused, 3 may go away by itself, 4 a person must act,"
          + " 70 a bug."
    })
final class Root {

  /** The version that the jar was built as. */
  static final class Build implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version =
          Optional.ofNullable(Root.class.getPackage().getImplementationVersion())
              .orElse("(not built as a release)");
      return new String[] {"fleet-installer " + version};
    }
  }
}
