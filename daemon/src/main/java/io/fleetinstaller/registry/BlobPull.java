package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Gets a blob, or what is missing of it; nothing where the registry cannot give that part. */
record BlobPull(Address.Remote from, Blob blob, Resumption resumption)
    implements Endpoint<Optional<Body>> {
  private static final Pattern TAG = Pattern.compile("\"[\\x21\\x23-\\x7e]+\"");
  private static final Pattern RANGE = Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/.*");

  @Override
  public Http.Ask ask() {
    Map<String, String> headers = new LinkedHashMap<>();
    if (!resumption.rest().isWhole(blob)) {
      long to = resumption.rest().to();
      String last = to == blob.size() ? "" : Long.toString(to - 1);
      headers.put("Range", "bytes=%d-%s".formatted(resumption.from(), last));
      // Should the copy have changed, the whole of it comes instead of its end.
      if (!resumption.validator().isEmpty()) {
        headers.put("If-Range", resumption.validator());
      }
    }
    return new Http.Ask("GET", from.at("blobs/" + blob.digest()), headers, null, false);
  }

  /** Not what broke there: the registry may know another place. */
  @Override
  public boolean takesDetours() {
    return !resumption.rest().isWhole(blob) && !resumption.retried();
  }

  @Override
  public Optional<Body> read(Http.Answer answer) throws Failure, IOException {
    return switch (answer.status()) {
      case 200 -> Optional.of(new Body(answer.body(), 0, answer.length(), validator(answer)));
      case 206 -> Optional.of(part(answer));
      case 416 -> Optional.empty();
      default -> throw Refusal.of(answer);
    };
  }

  private Body part(Http.Answer answer) throws Failure {
    Matcher range = RANGE.matcher(answer.headers().first("Content-Range").orElse(""));
    if (!range.matches() || Long.parseLong(range.group(1)) != resumption.from()) {
      String why = "it answered with another part than the one from byte " + resumption.from();
      // Who cannot give a part will not learn it; the rest of a whole can come from its beginning.
      throw resumption.part()
          ? Failure.lasting(ReasonCode.REGISTRY_ERROR, why)
          : Failure.passing(ReasonCode.REGISTRY_ERROR, why);
    }
    long length = Long.parseLong(range.group(2)) + 1 - resumption.from();
    return new Body(answer.body(), resumption.from(), OptionalLong.of(length), validator(answer));
  }

  // A weak one promises only that two copies mean the same, not that their bytes are. What is no
  // tag at all cannot stand in a request.
  private static String validator(Http.Answer answer) {
    return answer.headers().first("ETag").filter(tag -> TAG.matcher(tag).matches()).orElse("");
  }

  @Override
  public boolean keepsAnswer(Optional<Body> result) {
    return result.isPresent();
  }
}
