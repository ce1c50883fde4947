package io.fleetinstaller.daemon;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.source.ReportPost;
import io.fleetinstaller.source.ReportSettings;
import io.fleetinstaller.source.ReportState;
import io.fleetinstaller.source.Site;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whoever runs the fleet how this host is doing, in a thread of its own: a server that takes
 * no report must not keep the owner thread from its work.
 */
final class Reporter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
  private static final String KIND = "status";
  private static final Duration LONG = Duration.ofDays(1);

  private final LiveSettings settings;
  private final Site site;
  private final Scribe scribe;
  private final News news;
  private final Thread thread = Thread.ofPlatform().daemon().name("reporter").unstarted(this::run);
  private Optional<Open> open = Optional.empty();

  Reporter(LiveSettings settings, Site site, Scribe scribe, News news) {
    this.settings = settings;
    this.site = site;
    this.scribe = scribe;
    this.news = news;
  }

  private record Open(ReportSettings settings, ReportPost post) {}

  Reporter start() {
    thread.start();
    return this;
  }

  private void run() {
    try {
      while (true) {
        Optional<ReportPost> post = post();
        boolean any = news.await(patience(post));
        if (post.isPresent()) {
          tell(post.get(), any);
        }
      }
    } catch (InterruptedException _) {
      // Whoever stops the daemon stops this too; what is not delivered is on disk.
      open.ifPresent(one -> one.post().close());
    }
  }

  private void tell(ReportPost post, boolean changed) throws InterruptedException {
    try {
      if (changed) {
        post.offer(KIND, scribe.report().bytes());
      }
    } catch (Fault fault) {
      LOG.warn("cannot keep a report: {}", fault.getMessage());
    }
    post.deliver();
  }

  private Duration patience(Optional<ReportPost> post) {
    ReportState state = post.map(ReportPost::state).orElse(null);
    if (state == null || state.waiting() == 0) {
      return LONG;
    }
    Duration wait = state.nextTry().minus(site.time().elapsed());
    return wait.isNegative() ? Duration.ZERO : wait;
  }

  private Optional<ReportPost> post() {
    Optional<ReportSettings> wanted = settings.now().reports();
    if (open.map(Open::settings).equals(wanted)) {
      return open.map(Open::post);
    }
    open.ifPresent(one -> one.post().close());
    open = wanted.map(set -> new Open(set, new ReportPost(set, site)));
    return open.map(Open::post);
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
