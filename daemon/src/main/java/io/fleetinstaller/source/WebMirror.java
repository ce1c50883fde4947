package io.fleetinstaller.source;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.http.Patience;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A mirror on a web server. Not thread-safe. */
final class WebMirror implements Mirror {
  /** For all files of one poll; what was fetched by then is kept, and the next poll goes on. */
  private static final Duration WHOLE_POLL = Duration.ofMinutes(5);

  private static final int HOPS = 3;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final URI base;
  private final Http http;
  private final Patience patience;
  private final Time time;
  private Duration askedFor = Duration.ZERO;
  private Duration until;

  WebMirror(URI base, Http http, Patience patience, Time time) {
    this.base = base;
    this.http = http;
    this.patience = patience;
    this.time = time;
    this.until = time.elapsed().plus(WHOLE_POLL);
  }

  @Override
  public String address() {
    return base.toString();
  }

  @Override
  public void begin() {
    until = time.elapsed().plus(WHOLE_POLL);
  }

  @Override
  public Duration askedFor() {
    return askedFor;
  }

  @Override
  public Latest latest(String path, long maxBytes, Validator validator)
      throws Failure, InterruptedException {
    askedFor = Duration.ZERO;
    if (time.elapsed().compareTo(until) > 0) {
      throw Failure.passing(
          ReasonCode.TOO_SLOW,
          "not all of it was there after %ds".formatted(WHOLE_POLL.toSeconds()));
    }
    Transfer transfer = new Transfer(patience, time);
    try (Http.Answer answer = followed(at(path), validator.headers())) {
      if (answer.status() == 304 && !validator.headers().isEmpty()) {
        return new Latest(Optional.empty(), validator);
      }
      check(answer);
      return new Latest(
          Optional.of(transfer.read(answer, maxBytes)), Validator.of(answer.headers()));
    } catch (IOException e) {
      throw Failure.whileReading(e);
    }
  }

  private URI at(String path) throws Failure {
    try {
      return URI.create(base + path);
    } catch (IllegalArgumentException _) {
      throw Failure.lasting(ReasonCode.MALFORMED, "that is no path of an address");
    }
  }

  private Http.Answer followed(URI first, Map<String, String> headers)
      throws Failure, InterruptedException {
    URI uri = first;
    for (int hop = 0; hop <= HOPS; hop++) {
      Http.Answer answer = http.send(new Http.Ask("GET", uri, headers, null, true));
      Optional<String> location = answer.headers().first("Location");
      if (!REDIRECTS.contains(answer.status()) || location.isEmpty()) {
        return answer;
      }
      close(answer);
      uri = redirected(uri, location.get());
    }
    throw Failure.lasting(
        ReasonCode.SOURCE_ERROR, "it redirects more than %d times".formatted(HOPS));
  }

  // Another host could be one that only this host can reach, and plain http is open to everybody.
  private static URI redirected(URI from, String location) throws Failure {
    URI to =
        Http.resolve(from, location)
            .orElseThrow(
                () -> Failure.lasting(ReasonCode.SOURCE_ERROR, "it redirects to no address"));
    boolean kept = to.getScheme().equals(from.getScheme()) && to.getPort() == from.getPort();
    boolean safer = to.getScheme().equals("https") && from.getScheme().equals("http");
    if ((kept || safer) && to.getHost().equalsIgnoreCase(from.getHost())) {
      return to;
    }
    throw Failure.lasting(
        ReasonCode.SOURCE_ERROR,
        "it redirects to %s://%s, which is not followed; only the same host over https is"
            .formatted(to.getScheme(), to.getAuthority()));
  }

  private void check(Http.Answer answer) throws Failure {
    int status = answer.status();
    String why = "it answered %d".formatted(status);
    Optional<String> encoding = answer.headers().first("Content-Encoding");
    if (status == 200 && encoding.filter(name -> !name.equals("identity")).isEmpty()) {
      return;
    }
    if (status == 200) {
      throw Failure.lasting(
          ReasonCode.SOURCE_ERROR, "it sent it compressed, which was not asked for");
    }
    // Object stores answer 403 for what is not there to those who may not list.
    if (status == 403 || status == 404 || status == 410) {
      throw Failure.lasting(ReasonCode.NOT_FOUND, why);
    }
    if (status >= 500 || status == 408 || status == 425 || status == 429) {
      askedFor = answer.retryAfter();
      throw Failure.passing(ReasonCode.SOURCE_ERROR, why, askedFor);
    }
    throw Failure.lasting(ReasonCode.SOURCE_ERROR, why);
  }

  private static void close(Http.Answer answer) {
    try {
      answer.close();
    } catch (IOException _) {
      // Nothing of it was wanted.
    }
  }
}
