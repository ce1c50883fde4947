package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import java.io.ByteArrayInputStream;
import java.util.Map;

/**
 * Puts an index or a manifest under a digest or a tag, and tells whether the registry has seen what
 * it refers to.
 */
@SuppressWarnings("ArrayRecordComponent") // sent as it is, never compared
record ManifestPush(Address.Remote at, String reference, String mediaType, byte[] document)
    implements Endpoint<Boolean> {
  @Override
  public Http.Ask ask() {
    Http.Content content =
        new Http.Content(mediaType, document.length, () -> new ByteArrayInputStream(document));
    return new Http.Ask("PUT", at.at("manifests/" + reference), Map.of(), content, true);
  }

  @Override
  public Boolean read(Http.Answer answer) throws Failure {
    if (answer.status() != 201 && answer.status() != 200) {
      throw Refusal.of(answer);
    }
    return answer.headers().first("OCI-Subject").isPresent();
  }
}
