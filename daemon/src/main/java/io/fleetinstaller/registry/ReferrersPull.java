package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks for a page of the deltas that refer to a manifest; nothing where the registry has no such
 * API.
 */
record ReferrersPull(URI page, int most) implements Endpoint<Optional<ReferrersPull.Page>> {
  private static final Pattern NEXT =
      Pattern.compile("<([^>]{1,2000})>[^,]{0,100};\\s*rel=\"?next\"?.*");

  /** One page, and where the next one is. */
  // An array on purpose: never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Page(byte[] index, Optional<URI> next) {}

  /** The first page. */
  static ReferrersPull first(Address.Remote from, Digest subject) {
    // The slash needs no escape in a query, and the plus must have one.
    String type = MediaTypes.DELTA.replace("+", "%2B");
    URI page = from.at("referrers/" + subject + "?artifactType=" + type);
    return new ReferrersPull(page, Limits.REFERRERS);
  }

  /** The page behind this one, as long as there is room for more. */
  Optional<ReferrersPull> after(Page read) {
    int left = most - read.index().length;
    return read.next().map(next -> new ReferrersPull(next, left));
  }

  @Override
  public Http.Ask ask() {
    return new Http.Ask("GET", page, Map.of("Accept", MediaTypes.INDEX), null, true);
  }

  @Override
  public Optional<Page> read(Http.Answer answer) throws Failure, IOException {
    if (answer.status() == 404) {
      return Optional.empty();
    }
    if (answer.status() != 200) {
      throw Refusal.of(answer);
    }
    byte[] bytes = answer.body().readNBytes(most + 1);
    if (bytes.length > most) {
      throw Failure.lasting(
          ReasonCode.TOO_LARGE, "it sends more than %d bytes".formatted(Limits.REFERRERS));
    }
    return Optional.of(new Page(bytes, next(answer)));
  }

  /** Only the registry itself may say more: its login goes along. */
  private Optional<URI> next(Http.Answer answer) {
    return answer
        .headers()
        .first("Link")
        .map(NEXT::matcher)
        .filter(Matcher::matches)
        .flatMap(link -> Http.resolve(page, link.group(1)))
        .filter(next -> Courier.sameOrigin(next, page));
  }
}
