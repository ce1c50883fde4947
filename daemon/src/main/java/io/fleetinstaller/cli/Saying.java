package io.fleetinstaller.cli;

import io.fleetinstaller.api.Command;
import io.fleetinstaller.api.Verb;
import io.fleetinstaller.release.PackageName;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a person says about a decision that is kept. */
final class Saying {
  @Option(names = "--reason", paramLabel = "TEXT", description = "Shown wherever this counts.")
  private String reason = "";

  @Option(
      names = "--for",
      paramLabel = "3d",
      description = "How long it counts; without it, until it is taken back.")
  private @Nullable Duration lasting;

  Command command(Verb verb, PackageName name) {
    return command(verb, new Target(name, Optional.empty(), Optional.empty()));
  }

  Command command(Verb verb, Target target) {
    return new Command(
        verb,
        Optional.of(target.name()),
        target.version(),
        target.digest(),
        reason,
        Optional.ofNullable(lasting),
        "");
  }
}
