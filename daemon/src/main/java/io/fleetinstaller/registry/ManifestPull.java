package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.util.Map;

/** Gets an index or a manifest by digest or tag. */
record ManifestPull(Address.Remote from, String reference) implements Endpoint<byte[]> {
  @Override
  public Http.Ask ask() {
    return new Http.Ask(
        "GET",
        from.at("manifests/" + reference),
        Map.of("Accept", MediaTypes.acceptable()),
        null,
        true);
  }

  @Override
  public byte[] read(Http.Answer answer) throws Failure, IOException {
    if (answer.status() != 200) {
      throw Refusal.of(answer);
    }
    byte[] bytes = answer.body().readNBytes(Limits.MANIFEST + 1);
    if (bytes.length > Limits.MANIFEST) {
      throw Failure.lasting(
          ReasonCode.TOO_LARGE, "it sends more than %d bytes".formatted(Limits.MANIFEST));
    }
    return bytes;
  }
}
