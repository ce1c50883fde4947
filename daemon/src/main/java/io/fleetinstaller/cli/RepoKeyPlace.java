package io.fleetinstaller.cli;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.repo.KeyMaking;
import io.fleetinstaller.repo.Outcome;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where a key goes. */
final class RepoKeyPlace {
  private static final String SUFFIX = ".pem";

  @Mixin private PassphraseOptions passphrases = new PassphraseOptions();

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "The new key, NAME.pem; in DIR/keys the verbs of DIR find it by themselves.")
  private Path file = Path.of("");

  @Option(names = "--json", description = "What was done, for scripts.")
  private boolean json;

  KeyMaking making(Session session) throws Fault {
    Path folder =
        Optional.ofNullable(file.toAbsolutePath().normalize().getParent())
            .orElseThrow(this::unusable);
    return new KeyMaking(new DurableDisk(), folder, passphrases.passphrases(session));
  }

  String name() throws Refused {
    String name = String.valueOf(file.getFileName());
    if (!name.endsWith(SUFFIX)) {
      throw unusable();
    }
    return name.substring(0, name.length() - SUFFIX.length());
  }

  private Refused unusable() {
    return new Refused(
        ReasonCode.BAD_REQUEST,
        "cannot put a key into %s: name a file that ends in .pem".formatted(file));
  }

  int answer(Session session, Outcome outcome) {
    session
        .terminal()
        .out()
        .print((json ? Json.pretty(outcome.tree()) : String.join("\n", outcome.lines())) + "\n");
    return 0;
  }
}
