package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** What an answer that is not the wanted one means. */
final class Refusal {
  private static final int LONGEST_MESSAGE = 200;

  private Refusal() {}

  static Failure of(Http.Answer answer) {
    int status = answer.status();
    Optional<String> proxyError = answer.headers().first("X-Squid-Error");
    if (status == 407 || (answer.proxied() && status >= 400 && proxyError.isPresent())) {
      return proxy(status, proxyError.orElse("it wants another login than it was given"));
    }
    String why = "it answered %d%s".formatted(status, message(answer));
    return switch (status) {
      case 401, 403 -> Failure.lasting(ReasonCode.AUTH_FAILED, why + "; see to registry.authFile");
      case 404, 410 -> Failure.lasting(ReasonCode.NOT_FOUND, why);
      case 408, 425, 429 -> Failure.passing(ReasonCode.REGISTRY_ERROR, why, answer.retryAfter());
      default ->
          status >= 500
              ? Failure.passing(ReasonCode.REGISTRY_ERROR, why, answer.retryAfter())
              : Failure.lasting(ReasonCode.REGISTRY_ERROR, why);
    };
  }

  private static Failure proxy(int status, String why) {
    String sentence = "the proxy answered %d (%s)".formatted(status, why);
    return status >= 500
        ? Failure.passing(ReasonCode.PROXY_FAILED, sentence)
        : Failure.lasting(ReasonCode.PROXY_FAILED, sentence + "; see to the setting proxy");
  }

  private static String message(Http.Answer answer) {
    try {
      byte[] body = answer.body().readNBytes(Limits.ERROR_BODY);
      List<Document> errors = Document.json("answer", body).objects("errors");
      String text = errors.isEmpty() ? "" : errors.getFirst().optionalText("message").orElse("");
      String clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
      return clean.isEmpty() ? "" : " (" + cut(clean) + ")";
    } catch (IOException | Refused _) {
      return "";
    }
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "…";
  }
}
