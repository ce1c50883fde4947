package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.ReasonCode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What to show a registry so that it answers: a basic login, or a token that its token server gives
 * for one. Keeps what worked until it expires. Thread-safe.
 */
final class Authority {
  private final Accounts accounts;
  private final Http http;
  private final Time time;
  private final Map<Scope, Grant> grants = new ConcurrentHashMap<>();

  /** What is asked for where. */
  record Scope(Address.Remote remote, String actions) {
    String text() {
      return "repository:%s:%s".formatted(remote.repository(), actions);
    }
  }

  /** An Authorization header that counts until then, by the elapsed clock. */
  private record Grant(String header, Duration until) {}

  Authority(Accounts accounts, Http http, Time time) {
    this.accounts = accounts;
    this.http = http;
    this.time = time;
  }

  /** The header that worked before. */
  Optional<String> known(Scope scope) {
    return Optional.ofNullable(grants.get(scope))
        .filter(grant -> grant.until().compareTo(time.elapsed()) > 0)
        .map(Grant::header);
  }

  void forget(Scope scope) {
    grants.remove(scope);
  }

  /** The header that answers these challenges. */
  String answer(Scope scope, List<String> challenges, Traffic traffic)
      throws Failure, InterruptedException {
    Optional<Account> account = accounts.of(scope.remote());
    Optional<Challenge> bearer = Challenge.of("bearer", challenges);
    if (bearer.isPresent()) {
      TokenRequest request = request(scope, bearer.get(), account);
      traffic.request();
      return remember(scope, token(request));
    }
    if (Challenge.of("basic", challenges).isPresent()) {
      return remember(scope, basic(scope, account));
    }
    throw Failure.lasting(
        ReasonCode.AUTH_FAILED, "it wants a log-in of a kind that is not known here");
  }

  private String remember(Scope scope, Grant grant) {
    grants.put(scope, grant);
    return grant.header();
  }

  private Grant basic(Scope scope, Optional<Account> account) throws Failure {
    Account found = account.orElseThrow(() -> nobody(scope));
    return new Grant(basic(found), Duration.ofSeconds(Long.MAX_VALUE));
  }

  private static Failure nobody(Scope scope) {
    return Failure.lasting(
        ReasonCode.AUTH_FAILED,
        "it wants a log-in; put one for %s into the file that registry.authFile names"
            .formatted(scope.remote().registry().getAuthority()));
  }

  static String basic(Account account) {
    String pair = account.user() + ":" + account.password();
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private static TokenRequest request(Scope scope, Challenge challenge, Optional<Account> account)
      throws Failure {
    URI realm =
        challenge
            .parameter("realm")
            .flatMap(text -> Http.resolve(scope.remote().registry(), text))
            .filter(uri -> !downgrades(scope, uri))
            .orElseThrow(() ->
                Failure.lasting(
                    ReasonCode.AUTH_FAILED, "its token server has no address, or not https"));
    String service = challenge.parameter("service").orElse("");
    String wanted = challenge.parameter("scope").orElse(scope.text());
    return new TokenRequest(realm, service, wanted, account);
  }

  private Grant token(TokenRequest request) throws Failure, InterruptedException {
    TokenRequest.Token token = request.send(http);
    return new Grant("Bearer " + token.text(), time.elapsed().plus(token.lifetime()));
  }

  private static boolean downgrades(Scope scope, URI realm) {
    return "https".equals(scope.remote().registry().getScheme())
        && !"https".equals(realm.getScheme());
  }
}
