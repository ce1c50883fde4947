package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.http.Http.Answer;
import io.fleetinstaller.http.Http.Ask;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what an endpoint asks to a registry: logs in when it is asked to, and follows redirects,
 * to other hosts without credentials. Thread-safe.
 */
record Courier(Http http, Authority authority, Detours detours, Traffic traffic) {
  private static final int HOPS = 5;
  private static final int PARTIAL = 206;
  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** An answer, and whether the registry itself gave it. */
  private record Reply(Answer answer, boolean own) {}

  /** One that tells of every request. */
  Courier telling(Traffic other) {
    return new Courier(http, authority, detours, other);
  }

  /** One that does not wait long for documents. */
  Courier hurried() {
    return new Courier(http.hurried(), authority, detours, traffic);
  }

  /**
   * Asks it.
   *
   * @param actions what it needs to be allowed, {@code pull} or {@code pull,push}
   */
  <T> T call(Address.Remote remote, String actions, Endpoint<T> endpoint)
      throws Failure, InterruptedException {
    Ask ask = endpoint.ask();
    Optional<Answer> part = endpoint.takesDetours() ? byDetour(ask) : Optional.empty();
    Answer answer =
        part.isPresent() ? part.get() : answer(new Authority.Scope(remote, actions), ask);
    boolean kept = false;
    try {
      T result = endpoint.read(answer);
      kept = endpoint.keepsAnswer(result);
      return result;
    } catch (IOException e) {
      throw Failure.whileReading(e);
    } finally {
      if (!kept) {
        close(answer);
      }
    }
  }

  private Answer answer(Authority.Scope scope, Ask ask) throws Failure, InterruptedException {
    // An upload may lead to another host from its first request on.
    boolean own = sameOrigin(ask.uri(), scope.remote().registry());
    Optional<String> known = own ? authority.known(scope) : Optional.empty();
    Reply first = follow(known.isPresent() ? with(ask, known.get()) : ask);
    if (first.answer().status() != 401 || !first.own() || !own) {
      return first.answer();
    }
    close(first.answer());
    List<String> challenges = first.answer().headers().all("WWW-Authenticate");
    String header = authority.answer(scope, challenges, traffic);
    Reply second = follow(with(ask, header));
    if (second.answer().status() == 401 && second.own()) {
      authority.forget(scope);
    }
    return second.answer();
  }

  private static boolean isPart(Ask ask) {
    return ask.method().equals("GET") && ask.headers().containsKey("Range");
  }

  /** Asks where the registry sent us before. If that gives no part, the registry knows better. */
  private Optional<Answer> byDetour(Ask ask) throws InterruptedException {
    Optional<URI> detour = detours.from(ask.uri());
    if (detour.isEmpty()) {
      return Optional.empty();
    }
    traffic.request();
    try {
      Answer answer =
          http.send(new Ask(ask.method(), detour.get(), ask.headers(), null, ask.quick()));
      if (answer.status() == PARTIAL) {
        return Optional.of(answer);
      }
      close(answer);
    } catch (Failure failure) {
      LOG.debug("not by the detour: {}", failure.why());
    }
    detours.forget(ask.uri());
    return Optional.empty();
  }

  private Reply follow(Ask first) throws Failure, InterruptedException {
    Ask ask = first;
    for (int hop = 0; hop <= HOPS; hop++) {
      traffic.request();
      Answer answer = http.send(ask);
      Optional<String> location = answer.headers().first("Location");
      if (!REDIRECTS.contains(answer.status()) || location.isEmpty()) {
        boolean own = sameOrigin(first.uri(), ask.uri());
        if (!own && isPart(first) && answer.status() == PARTIAL) {
          detours.found(first.uri(), ask.uri());
        }
        return new Reply(answer, own);
      }
      close(answer);
      ask = redirected(ask, answer.status(), location.get());
    }
    throw Failure.lasting(
        ReasonCode.REGISTRY_ERROR, "it redirects more than %d times".formatted(HOPS));
  }

  private static Ask redirected(Ask ask, int status, String location) throws Failure {
    URI target =
        Http.resolve(ask.uri(), location)
            .orElseThrow(
                () -> Failure.lasting(ReasonCode.REGISTRY_ERROR, "it redirects to no address"));
    boolean downgrade =
        "https".equals(ask.uri().getScheme()) && !"https".equals(target.getScheme());
    boolean repeatable = Set.of("GET", "HEAD").contains(ask.method());
    if (downgrade || (!repeatable && status < 307)) {
      throw Failure.lasting(
          ReasonCode.REGISTRY_ERROR,
          downgrade
              ? "it redirects from https to http, which is not followed"
              : "it redirects a %s with %d".formatted(ask.method(), status));
    }
    Map<String, String> headers = new LinkedHashMap<>(ask.headers());
    if (!sameOrigin(ask.uri(), target)) {
      headers.remove("Authorization");
    }
    return new Ask(ask.method(), target, headers, ask.content(), ask.quick());
  }

  static boolean sameOrigin(URI one, URI other) {
    return one.getScheme().equals(other.getScheme())
        && one.getAuthority().equalsIgnoreCase(other.getAuthority());
  }

  private static Ask with(Ask ask, String authorization) {
    Map<String, String> headers = new LinkedHashMap<>(ask.headers());
    headers.put("Authorization", authorization);
    return new Ask(ask.method(), ask.uri(), headers, ask.content(), ask.quick());
  }

  private static void close(Answer answer) {
    try {
      answer.close();
    } catch (IOException _) {
      // It was read as far as it matters.
    }
  }
}
