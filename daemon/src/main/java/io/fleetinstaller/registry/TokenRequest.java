package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.http.Http.Answer;
import io.fleetinstaller.http.Http.Ask;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Asks a registry's token server for a token. */
record TokenRequest(URI realm, String service, String scope, Optional<Account> account) {
  private static final int LARGEST = 64 << 10;
  private static final Duration USUAL_LIFETIME = Duration.ofSeconds(60);
  // A token must still count when it arrives.
  private static final Duration MARGIN = Duration.ofSeconds(5);

  /** What the registry believes for a while. */
  record Token(String text, Duration lifetime) {
    @Override
    public String toString() {
      return "Token[" + lifetime + "]";
    }
  }

  Token send(Http http) throws Failure, InterruptedException {
    try (Answer answer = http.send(ask())) {
      if (answer.status() != 200) {
        throw Refusal.of(answer);
      }
      return read(answer.body().readNBytes(LARGEST));
    } catch (IOException e) {
      throw Failure.passing(
          ReasonCode.TRANSFER_BROKEN,
          "the answer of its token server broke off (%s)".formatted(e.getMessage()));
    } catch (Refused refused) {
      throw Failure.lasting(
          ReasonCode.AUTH_FAILED, "its token server gave no token: " + refused.reason().sentence());
    }
  }

  private Ask ask() {
    if (account.isPresent() && !account.get().identityToken().isEmpty()) {
      return refresh(account.get().identityToken());
    }
    Map<String, String> headers = new LinkedHashMap<>();
    account.ifPresent(login -> headers.put("Authorization", Authority.basic(login)));
    String query = form(Map.of());
    String joint = realm.getRawQuery() == null ? "?" : "&";
    return new Ask("GET", URI.create(realm + joint + query), headers, null, true);
  }

  private Ask refresh(String identityToken) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "refresh_token");
    fields.put("client_id", "fleet-installer");
    fields.put("refresh_token", identityToken);
    byte[] form = form(fields).getBytes(StandardCharsets.UTF_8);
    Http.Content content =
        new Http.Content(
            "application/x-www-form-urlencoded", form.length, () -> new ByteArrayInputStream(form));
    return new Ask("POST", realm, Map.of(), content, true);
  }

  private String form(Map<String, String> more) {
    Map<String, String> fields = new LinkedHashMap<>(more);
    if (!service.isEmpty()) {
      fields.put("service", service);
    }
    fields.put("scope", scope);
    return fields.entrySet().stream()
        .map(field ->
            field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  private static Token read(byte[] json) throws Refused {
    Document document = Document.json("the answer", json);
    Optional<String> token = document.optionalText("token");
    String text = token.isPresent() ? token.get() : document.text("access_token");
    if (!text.matches("[\\x21-\\x7e]+")) {
      throw document.refuse("token", "it cannot stand in a header");
    }
    long seconds =
        document.optionalNumber("expires_in", 0, 1L << 40).orElse(USUAL_LIFETIME.toSeconds());
    Duration lifetime = Duration.ofSeconds(seconds).minus(MARGIN);
    return new Token(text, lifetime.isNegative() ? Duration.ZERO : lifetime);
  }
}
