package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import java.util.Map;

/** Asks whether a blob is there. */
record BlobCheck(Address.Remote at, Blob blob) implements Endpoint<Boolean> {
  @Override
  public Http.Ask ask() {
    return new Http.Ask("HEAD", at.at("blobs/" + blob.digest()), Map.of(), null, true);
  }

  @Override
  public Boolean read(Http.Answer answer) throws Failure {
    return switch (answer.status()) {
      case 200 -> true;
      case 404 -> false;
      default -> throw Refusal.of(answer);
    };
  }
}
