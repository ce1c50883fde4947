package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Sends a whole blob in one piece. */
record UploadFinish(URI place, Blob blob, Http.Content content) implements Endpoint<Boolean> {
  @Override
  public Http.Ask ask() {
    String joint = place.getRawQuery() == null ? "?" : "&";
    String digest = URLEncoder.encode(blob.digest().toString(), StandardCharsets.UTF_8);
    URI uri = URI.create(place + joint + "digest=" + digest);
    return new Http.Ask("PUT", uri, Map.of(), content, false);
  }

  @Override
  public Boolean read(Http.Answer answer) throws Failure {
    if (answer.status() != 201 && answer.status() != 204) {
      throw Refusal.of(answer);
    }
    return true;
  }
}
