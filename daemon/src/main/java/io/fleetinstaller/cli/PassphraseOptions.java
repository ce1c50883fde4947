package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.repo.Passphrases;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a person who opens keys. */
final class PassphraseOptions {
  static final String VARIABLE = "FLEET_INSTALLER_PASSPHRASE";

  private static final int TRIES = 3;

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description =
          "Its first line opens the keys (for tokens: the PIN). Else $"
              + VARIABLE
              + "; else you are asked.")
  private @Nullable Path file;

  Passphrases passphrases(Session session) throws Fault {
    return new Asked(said(session), session.terminal().interactive());
  }

  private Optional<String> said(Session session) throws Refused {
    if (file == null) {
      return Optional.ofNullable(session.terminal().environment().get(VARIABLE));
    }
    try {
      return Optional.of(Files.readString(file).lines().findFirst().orElse(""));
    } catch (IOException e) {
      throw new Refused(
          ReasonCode.BAD_REQUEST, "cannot read the passphrase from %s: %s".formatted(file, e));
    }
  }

  /** Knows what was said in advance; a person types the rest. */
  private static final class Asked implements Passphrases {
    private final boolean fixed;
    private final boolean interactive;
    private Optional<String> last;

    Asked(Optional<String> said, boolean interactive) {
      this.fixed = said.isPresent();
      this.interactive = interactive;
      this.last = said;
    }

    @Override
    public Optional<String> of(String key, int attempt) {
      if (attempt == 0 && last.isPresent()) {
        return last;
      }
      if (fixed || attempt > TRIES) {
        return Optional.empty();
      }
      last = typed("Passphrase of key %s: ".formatted(key));
      return last;
    }

    @Override
    public String fresh(String key) throws Refused {
      if (last.isEmpty()) {
        Optional<String> first = typed("Passphrase for new keys: ");
        if (!first.equals(typed("The same again: "))) {
          throw new Refused(
              ReasonCode.BAD_REQUEST,
              "cannot make key %s: the two passphrases differ".formatted(key));
        }
        last = first;
      }
      return last.filter(text -> !text.isEmpty())
          .orElseThrow(() ->
              new Refused(
                  ReasonCode.BAD_REQUEST,
                  "cannot make key %s: it needs a passphrase; give --passphrase-file or $%s"
                      .formatted(key, VARIABLE)));
    }

    // A runtime without the module jdk.internal.le still answers null.
    @SuppressWarnings("SystemConsoleNull")
    private Optional<String> typed(String prompt) {
      Console console = interactive ? System.console() : null;
      char @Nullable [] typed = console == null ? null : console.readPassword("%s", prompt);
      return Optional.ofNullable(typed).map(String::new);
    }
  }
}
