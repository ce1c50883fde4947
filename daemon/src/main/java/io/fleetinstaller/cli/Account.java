package io.fleetinstaller.cli;

import io.fleetinstaller.http.Connections;
import io.fleetinstaller.http.Patience;
import io.fleetinstaller.http.ProxySettings;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a person who speaks to a registry; proxies are those of the environment. */
final class Account {
  @Option(
      names = "--auth-file",
      paramLabel = "FILE",
      description =
          "Who to log in as: docker's config.json. Else $REGISTRY_AUTH_FILE,"
              + " $DOCKER_CONFIG/config.json or ~/.docker/config.json.")
  private @Nullable Path authFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Authorities to believe beside the system's, as PEM.")
  private @Nullable Path ca;

  RegistrySettings settings(Session session) {
    return new RegistrySettings(
        List.of(),
        authFile(session.terminal().environment()).orElse(null),
        new Connections(ca, ProxySettings.NONE, Patience.DEFAULT));
  }

  private Optional<Path> authFile(Map<String, String> environment) {
    if (authFile != null) {
      return Optional.of(authFile);
    }
    return Stream.of(
            Optional.ofNullable(environment.get("REGISTRY_AUTH_FILE")),
            Optional.ofNullable(environment.get("DOCKER_CONFIG"))
                .map(folder -> folder + "/config.json"),
            Optional.ofNullable(environment.get("HOME")).map(home -> home + "/.docker/config.json"))
        .flatMap(Optional::stream)
        .map(Path::of)
        .filter(Files::isReadable)
        .findFirst();
  }

  /** Spreads tries in time; one person is no herd, so the clock is chance enough. */
  static RandomGenerator chance(Session session) {
    return new SplittableRandom(session.time().now().toEpochMilli());
  }

  static Reference reference(String text) throws Refused {
    try {
      return Reference.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Refused(
          ReasonCode.BAD_REQUEST, "cannot understand '%s': %s".formatted(text, e.getMessage()));
    }
  }
}
