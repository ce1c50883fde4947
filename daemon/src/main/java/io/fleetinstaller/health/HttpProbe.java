package io.fleetinstaller.health;

import io.fleetinstaller.io.Durations;
import io.fleetinstaller.io.Redactor;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Does a GET answer with this status, and with a body that holds this pattern? */
record HttpProbe(URI url, int status, Optional<String> body, Duration timeout, boolean required)
    implements Probe {

  @Override
  public String question() {
    return Redactor.line("http " + url);
  }

  @Override
  public Answer ask() {
    try (HttpGet get = HttpGet.open(url, timeout)) {
      int seen = get.status();
      if (seen != status) {
        return new Answer.Failed("status %d, expected %d%s".formatted(seen, status, snippet(get)));
      }
      return body.isEmpty() ? new Answer.Passed("status " + seen) : inBody(get, body.get());
    } catch (SocketTimeoutException e) {
      return new Answer.Failed("no answer within " + Durations.text(timeout));
    } catch (IOException e) {
      return Environment.answer(e);
    }
  }

  private static Answer inBody(HttpGet get, String pattern) throws IOException {
    String text = get.body();
    try {
      return Search.of(pattern).findsIn(text)
          ? new Answer.Passed("status %d, body has /%s/".formatted(get.status(), pattern))
          : new Answer.Failed("body without /%s/: %s".formatted(pattern, Redactor.line(text)));
    } catch (Search.Hopeless e) {
      return new Answer.Failed(e.why());
    }
  }

  /** What a sick service says about itself is the best evidence there is; it may say nothing. */
  private static String snippet(HttpGet get) {
    try {
      String text = get.body();
      return text.isBlank() ? "" : "; it said: " + Redactor.line(text);
    } catch (IOException _) {
      return "";
    }
  }
}
