package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import java.io.IOException;
import java.util.Map;

/** Gets a blob that is a document, and one byte more where more is sent. */
record SmallBlobPull(Address.Remote from, Blob blob) implements Endpoint<byte[]> {
  @Override
  public Http.Ask ask() {
    return new Http.Ask("GET", from.at("blobs/" + blob.digest()), Map.of(), null, true);
  }

  @Override
  public byte[] read(Http.Answer answer) throws Failure, IOException {
    if (answer.status() != 200) {
      throw Refusal.of(answer);
    }
    return answer.body().readNBytes((int) blob.size() + 1);
  }
}
