package io.fleetinstaller.registry;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Asks programs named {@code docker-credential-…} on the PATH for accounts. */
final class CredentialHelpers {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int LARGEST = 64 << 10;
  private static final String UNKNOWN = "credentials not found in native keychain";

  /** The account that the helper of this name knows for a server; empty when it knows none. */
  Optional<Account> get(String name, String server) throws Failure, InterruptedException {
    if (!NAME.matcher(name).matches()) {
      throw failure(name, "that is not a helper's name");
    }
    try {
      Process process =
          new ProcessBuilder("docker-credential-" + name, "get")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        return talk(name, server, process);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw failure(name, String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Account> talk(String name, String server, Process process)
      throws Failure, IOException, InterruptedException {
    try (var input = process.getOutputStream()) {
      input.write(server.getBytes(StandardCharsets.UTF_8));
    }
    // Only the end of the program is waited for, with a limit: what it says fits into the pipe.
    if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw failure(name, "it did not end within %ds".formatted(PATIENCE.toSeconds()));
    }
    byte[] output = process.getInputStream().readNBytes(LARGEST);
    if (process.exitValue() == 0) {
      return Optional.of(account(name, output));
    }
    if (new String(output, StandardCharsets.UTF_8).contains(UNKNOWN)) {
      return Optional.empty();
    }
    throw failure(name, "it exited with " + process.exitValue());
  }

  private static Account account(String name, byte[] output) throws Failure {
    try {
      Document document = Document.json("its answer", output);
      String user = document.text("Username");
      String secret = document.text("Secret");
      return user.equals("<token>") ? new Account("", "", secret) : new Account(user, secret, "");
    } catch (Refused refused) {
      throw failure(name, refused.reason().sentence());
    }
  }

  private static Failure failure(String name, String why) {
    return Failure.lasting(
        ReasonCode.AUTH_FAILED, "docker-credential-%s gave no account: %s".formatted(name, why));
  }
}
