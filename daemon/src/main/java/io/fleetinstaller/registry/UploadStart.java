package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.release.ReasonCode;
import java.io.InputStream;
import java.net.URI;
import java.util.Map;

/** Asks for a place to put a blob. */
record UploadStart(Address.Remote at) implements Endpoint<URI> {
  @Override
  public Http.Ask ask() {
    Http.Content nothing = new Http.Content("", 0, InputStream::nullInputStream);
    return new Http.Ask("POST", at.at("blobs/uploads/"), Map.of(), nothing, true);
  }

  @Override
  public URI read(Http.Answer answer) throws Failure {
    if (answer.status() != 202) {
      throw Refusal.of(answer);
    }
    return answer
        .headers()
        .first("Location")
        .flatMap(location -> Http.resolve(ask().uri(), location))
        .orElseThrow(
            () -> Failure.lasting(ReasonCode.REGISTRY_ERROR, "it names no place for an upload"));
  }
}
