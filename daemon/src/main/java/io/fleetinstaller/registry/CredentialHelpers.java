package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Asks programs named {@code docker-credential-…} on the PATH for accounts. */
record CredentialHelpers(Programs programs) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String UNKNOWN = "credentials not found in native keychain";

  /** The account that the helper of this name knows for a server; empty when it knows none. */
  Optional<Account> get(String name, String server) throws Failure, InterruptedException {
    if (!NAME.matcher(name).matches()) {
      throw failure(name, "that is not a helper's name");
    }
    Programs.Result result = run(name, server);
    if (result.succeeded()) {
      return Optional.of(account(name, result.output()));
    }
    if (result.output().contains(UNKNOWN)) {
      return Optional.empty();
    }
    // Its output is not quoted: a helper that fails may still print secrets.
    throw failure(
        name, result.timedOut() ? "it did not end in time" : "it exited " + result.status());
  }

  private Programs.Result run(String name, String server) throws Failure, InterruptedException {
    try {
      return programs.run(
          Programs.Call.of(PATIENCE, "docker-credential-" + name, "get").reading(server));
    } catch (Fault fault) {
      throw failure(name, fault.reason().sentence());
    }
  }

  private static Account account(String name, String output) throws Failure {
    try {
      Document document = Document.json("its answer", output.getBytes(StandardCharsets.UTF_8));
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
