package io.fleetinstaller.cli;

import io.fleetinstaller.api.Client;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where the daemon is. */
final class Where {
  static final String SOCKET = "FLEET_INSTALLER_SOCKET";

  @Option(
      names = "--socket",
      paramLabel = "FILE",
      description = "The daemon's socket. Else $" + SOCKET + ", else what the settings say.")
  private @Nullable Path socket;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The settings that name the socket.")
  private @Nullable Path config;

  Where() {
    this(null, null);
  }

  Where(@Nullable Path socket, @Nullable Path config) {
    this.socket = socket;
    this.config = config;
  }

  Client client(Session session) throws Fault {
    return new Client(socket(session));
  }

  Path socket(Session session) throws Fault {
    Optional<Path> named =
        Optional.ofNullable(socket)
            .or(() ->
                Optional.ofNullable(session.terminal().environment().get(SOCKET)).map(Path::of));
    if (named.isPresent()) {
      return named.get();
    }
    if (config != null && !Files.isReadable(config)) {
      throw new Fault.Refused(
          ReasonCode.BAD_SETTINGS, "cannot read %s: no such file, or not yours".formatted(config));
    }
    return setting(config(session), session).orElse(session.product().socket());
  }

  Path config(Session session) {
    return Optional.ofNullable(config).orElse(session.product().config());
  }

  // Without a daemon at the usual place, the bad settings are all there is to tell.
  private static Optional<Path> usualOrRefuse(Fault.Refused bad, Session session)
      throws Fault.Refused {
    if (Files.exists(session.product().socket())) {
      return Optional.empty();
    }
    throw new Fault.Refused(
        ReasonCode.BAD_SETTINGS,
        "%s; so the daemon's socket is not known: name it with --socket"
            .formatted(bad.reason().sentence()));
  }

  // A light look. Settings that are wrong are the daemon's to complain about, and those that this
  // user may not read leave the default.
  private static Optional<Path> setting(Path settings, Session session) throws Fault.Refused {
    try {
      byte[] bytes = Files.readAllBytes(settings);
      if (!new String(bytes, StandardCharsets.UTF_8).contains("socket")) {
        return Optional.empty();
      }
      Optional<Document> paths = Document.yaml(settings.toString(), bytes).optionalObject("paths");
      return paths.isEmpty() ? Optional.empty() : paths.get().optionalText("socket").map(Path::of);
    } catch (Fault.Refused bad) {
      return usualOrRefuse(bad, session);
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
