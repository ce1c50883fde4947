package io.fleetinstaller.source;

import io.fleetinstaller.http.Connections;
import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Http;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The mirrors of a repository: who is asked first, and who was bad. Used by the thread that polls,
 * but for {@link #close}.
 */
final class Mirrors implements AutoCloseable {
  /** So long the others are asked before one that was bad. */
  private static final Duration AVOIDED = Duration.ofHours(1);

  /** Metadata of a large fleet over a slow line; what is too slow is cut much earlier. */
  private static final Duration WHOLE_FILE = Duration.ofMinutes(5);

  private final List<MirrorAddress> addresses;
  private final Connections connections;
  private final Duration longestPause;
  private final Site site;
  private final Map<MirrorAddress, Mirror> open = new HashMap<>();
  private final Map<MirrorAddress, Mark> marks = new LinkedHashMap<>();
  private volatile @Nullable Http http;

  /** What one did; the moments are of the elapsed clock. */
  private record Mark(BadMirror told, Duration avoidedUntil, Duration silentUntil) {}

  Mirrors(SourceSettings settings, Site site) {
    this.connections = settings.connections().withDocument(WHOLE_FILE);
    this.longestPause = settings.rhythm().longestPause();
    this.site = site;
    this.addresses = settings.mirrors().stream().map(MirrorAddress::parse).toList();
  }

  /** Whom to ask, in this order. Who asked for a pause is left out, unless all did. */
  List<MirrorAddress> turns() {
    Duration now = site.time().elapsed();
    List<MirrorAddress> first = new ArrayList<>();
    List<MirrorAddress> last = new ArrayList<>();
    for (MirrorAddress address : addresses) {
      Mark mark = marks.get(address);
      if (mark == null || mark.avoidedUntil().compareTo(now) <= 0) {
        first.add(address);
      } else if (mark.silentUntil().compareTo(now) <= 0) {
        last.add(address);
      }
    }
    first.addAll(last);
    return first.isEmpty() ? addresses : first;
  }

  Mirror at(MirrorAddress address) throws Fault {
    Mirror known = open.get(address);
    if (known == null) {
      known = opened(address);
      open.put(address, known);
    }
    return known;
  }

  void bad(MirrorAddress address, Reason why, Duration askedFor) {
    Duration now = site.time().elapsed();
    Duration pause = askedFor.compareTo(longestPause) < 0 ? askedFor : longestPause;
    marks.put(
        address,
        new Mark(
            new BadMirror(address.toString(), why, site.time().now()),
            now.plus(AVOIDED),
            now.plus(pause)));
  }

  void good(MirrorAddress address) {
    marks.remove(address);
  }

  List<BadMirror> bad() {
    return marks.values().stream().map(Mark::told).toList();
  }

  private Mirror opened(MirrorAddress address) throws Fault {
    return switch (address) {
      case MirrorAddress.Web web ->
          new WebMirror(web.base(), http(), connections.patience(), site.time());
      case MirrorAddress.Folder folder -> new FolderMirror(folder.path());
      case MirrorAddress.File file -> new BundleMirror(file.path());
    };
  }

  private Http http() throws Fault {
    Http known = http;
    if (known != null) {
      return known;
    }
    try {
      Http made = connections.open(site.environment());
      http = made;
      return made;
    } catch (Failure failure) {
      throw failure.asFault("cannot ask any mirror: " + failure.why());
    }
  }

  @Override
  public void close() {
    Optional.ofNullable(http).ifPresent(Http::close);
  }
}
