package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Asks for the deltas that refer to a manifest; nothing where the registry has no such API. */
record ReferrersPull(Address.Remote from, Digest subject) implements Endpoint<Optional<byte[]>> {
  @Override
  public Http.Ask ask() {
    // The slash needs no escape in a query, and the plus must have one.
    String type = MediaTypes.DELTA.replace("+", "%2B");
    return new Http.Ask(
        "GET",
        from.at("referrers/" + subject + "?artifactType=" + type),
        Map.of("Accept", MediaTypes.INDEX),
        null,
        true);
  }

  @Override
  public Optional<byte[]> read(Http.Answer answer) throws Failure, IOException {
    if (answer.status() == 404) {
      return Optional.empty();
    }
    if (answer.status() != 200) {
      throw Refusal.of(answer);
    }
    byte[] bytes = answer.body().readNBytes(Limits.MANIFEST + 1);
    if (bytes.length > Limits.MANIFEST) {
      throw Failure.lasting(
          ReasonCode.TOO_LARGE, "it sends more than %d bytes".formatted(Limits.MANIFEST));
    }
    return Optional.of(bytes);
  }
}
