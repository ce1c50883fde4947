package io.fleetinstaller.source;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings reports to a server and keeps each, also over restarts, until it is delivered or a newer
 * one of its kind replaces it. Any thread may {@link #offer}; one delivers.
 */
public final class ReportPost implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReportPost.class);
  private static final int MOST_TOKEN = 16 << 10;

  private final ReportSettings settings;
  private final Site site;
  private final ReportQueue queue;
  private final PollClock clock;
  private final Map<Path, Duration> refusedUntil = new HashMap<>();
  private Duration pausedUntil;
  private volatile @Nullable Http http;
  private volatile ReportState state;

  /** Reads nothing yet. */
  public ReportPost(ReportSettings settings, Site site) {
    this.settings = settings;
    this.site = site;
    this.queue = new ReportQueue(site.state().resolve("reports"), site.disk());
    this.clock = new PollClock(settings.rhythm(), site.chance());
    this.pausedUntil = site.time().elapsed();
    this.state = new ReportState(0, Optional.empty(), Optional.empty(), site.time().elapsed());
  }

  /**
   * Keeps a report to be delivered.
   *
   * @param kind small letters, digits and dashes; the newest of a kind is the only one
   * @param report JSON of at most 1 MiB
   */
  public void offer(String kind, byte[] report) throws Fault {
    queue.add(kind, report);
  }

  /**
   * Delivers all that wait, the oldest first, unless the server has failed and its pause is not
   * over. It does not fail: what went wrong is in the state.
   */
  public ReportState deliver() throws InterruptedException {
    if (pausedUntil.compareTo(site.time().elapsed()) > 0) {
      return state;
    }
    try {
      Optional<Failure> refused = Optional.empty();
      for (ReportQueue.Waiting each : due()) {
        Optional<Failure> failure = post(each);
        if (failure.filter(this::concernsAll).isPresent()) {
          return tried(failure, clock.afterFailure(failure.get().retryAfter()));
        }
        refused = refused.or(() -> failure);
      }
      clock.afterSuccess();
      return tried(refused, Duration.ZERO);
    } catch (Fault fault) {
      Failure failure = Failure.passing(fault.reason().code(), fault.reason().sentence());
      return tried(Optional.of(failure), clock.afterFailure(Duration.ZERO));
    }
  }

  public ReportState state() {
    return state;
  }

  /** Ends what is under way, also in another thread. */
  @Override
  public void close() {
    Optional.ofNullable(http).ifPresent(Http::close);
  }

  private Optional<Failure> post(ReportQueue.Waiting waiting) throws Fault, InterruptedException {
    try {
      Optional<byte[]> kept = queue.read(waiting);
      if (kept.isEmpty()) {
        return Optional.empty();
      }
      byte[] report = kept.get();
      Http.Content content =
          new Http.Content(
              "application/json", report.length, () -> new ByteArrayInputStream(report));
      send(new Http.Ask("POST", settings.url(), headers(), content, true));
    } catch (Failure failure) {
      if (!concernsAll(failure)) {
        // What the server will not have must not keep the others from it.
        Duration later = site.time().elapsed().plus(settings.rhythm().longestPause());
        refusedUntil.put(waiting.file(), later);
      }
      return Optional.of(failure);
    }
    queue.delivered(waiting);
    state =
        new ReportState(
            state.waiting(), state.problem(), Optional.of(site.time().now()), state.nextTry());
    return Optional.empty();
  }

  private void send(Http.Ask ask) throws Failure, InterruptedException {
    try (Http.Answer answer = http().send(ask)) {
      int status = answer.status();
      if (status >= 200 && status < 300) {
        return;
      }
      String why = "it answered %d".formatted(status);
      if (status == 401 || status == 403) {
        throw Failure.lasting(ReasonCode.AUTH_FAILED, why + "; see to the token");
      }
      boolean later = status >= 500 || status == 408 || status == 425 || status == 429;
      throw later
          ? Failure.passing(ReasonCode.SOURCE_ERROR, why, answer.retryAfter())
          : Failure.lasting(ReasonCode.SOURCE_ERROR, why);
    } catch (IOException e) {
      throw Failure.whileReading(e);
    }
  }

  private Map<String, String> headers() throws Failure {
    Path file = settings.tokenFile();
    if (file == null) {
      return Map.of();
    }
    try {
      String token = new String(Bounded.read(file, MOST_TOKEN), StandardCharsets.UTF_8).strip();
      if (token.matches("[!-~]{1,8192}")) {
        return Map.of("Authorization", "Bearer " + token);
      }
      throw Failure.lasting(ReasonCode.AUTH_FAILED, file + " holds no token");
    } catch (IOException e) {
      throw Failure.lasting(
          ReasonCode.AUTH_FAILED, "the token cannot be read from %s".formatted(file));
    }
  }

  private Http http() throws Failure {
    Http known = http;
    if (known == null) {
      known = settings.connections().open(site.environment());
      http = known;
    }
    return known;
  }

  private List<ReportQueue.Waiting> due() throws Fault {
    List<ReportQueue.Waiting> all = queue.waiting();
    refusedUntil.keySet().retainAll(all.stream().map(ReportQueue.Waiting::file).toList());
    Duration now = site.time().elapsed();
    return all.stream()
        .filter(each -> refusedUntil.getOrDefault(each.file(), now).compareTo(now) <= 0)
        .toList();
  }

  private boolean concernsAll(Failure failure) {
    return failure.isPassing() || failure.code() != ReasonCode.SOURCE_ERROR;
  }

  private ReportState tried(Optional<Failure> failure, Duration wait) {
    Optional<Reason> problem =
        failure.map(why ->
            new Reason(why.code(), "cannot report to %s: %s".formatted(settings.url(), why.why())));
    if (problem.isPresent() && !problem.equals(state.problem())) {
      LOG.warn("{}; it is kept and tried again", problem.get().sentence());
    }
    pausedUntil = site.time().elapsed().plus(wait);
    state = new ReportState(waiting(), problem, state.lastDelivered(), nextTry());
    return state;
  }

  // Only refused ones wait when no pause is asked for; a new one may go at once nevertheless.
  private Duration nextTry() {
    return refusedUntil.values().stream()
        .min(Comparator.naturalOrder())
        .filter(due -> due.compareTo(pausedUntil) > 0)
        .orElse(pausedUntil);
  }

  private int waiting() {
    try {
      return queue.waiting().size();
    } catch (Fault _) {
      // Whoever delivers next tells it.
      return state.waiting();
    }
  }
}
