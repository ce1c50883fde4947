package io.fleetinstaller.daemon;

import io.fleetinstaller.daemon.Settings.From;
import io.fleetinstaller.daemon.Settings.Polling;
import io.fleetinstaller.daemon.Settings.Reporting;
import io.fleetinstaller.daemon.Settings.Selection;
import io.fleetinstaller.desired.HostFacts;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The sections of installer.yaml that say what this host follows, when, and whom it tells. */
final class SourceSection {
  private static final String BUNDLE = "bundle:";
  private static final Duration SHORTEST_POLL = Duration.ofSeconds(1);
  private static final Duration LONGEST_POLL = Duration.ofDays(1);

  private SourceSection() {}

  static From source(Optional<Document> source) throws Refused {
    if (source.isEmpty()) {
      return new From.Nowhere();
    }
    Document document = source.get();
    Optional<Path> file = SettingsFile.absolute(document, "file");
    Optional<Path> bundle = SettingsFile.absolute(document, "bundle");
    List<String> urls = new ArrayList<>(document.optionalText("url").stream().toList());
    List<String> mirrors = document.texts("mirrors");
    document.done();
    if ((file.isPresent() ? 1 : 0) + (bundle.isPresent() ? 1 : 0) + urls.size() > 1) {
      throw document.refuse("file", "only one of file, url and bundle may stand here");
    }
    if (urls.isEmpty() && !mirrors.isEmpty()) {
      throw document.refuse("mirrors", "mirrors stand beside a url; add it");
    }
    urls.addAll(mirrors);
    bundle.ifPresent(path -> urls.add(BUNDLE + path));
    return file.<From>map(From.DesiredFile::new)
        .orElseGet(() -> urls.isEmpty() ? new From.Nowhere() : new From.Signed(urls));
  }

  /** A bundle brings the packages that it speaks of. */
  static Optional<String> packages(From source) {
    return source instanceof From.Signed(List<String> mirrors)
        ? mirrors.stream()
            .filter(mirror -> mirror.startsWith(BUNDLE))
            .map(mirror -> mirror + "!/oci/{package}")
            .findFirst()
        : Optional.empty();
  }

  /** The keys host, channels and groups. */
  static Selection selection(Document settings) throws Refused {
    List<String> channels =
        settings.has("channels") ? settings.texts("channels") : Selection.NONE.channels();
    List<String> groups = settings.texts("groups");
    Optional<Document> host = settings.optionalObject("host");
    if (host.isEmpty()) {
      return new Selection(null, new TreeMap<>(), channels, groups);
    }
    String id = host.get().optionalText("id").orElse(null);
    Optional<Document> tagged = host.get().optionalObject("tags");
    SortedMap<String, Set<String>> tags =
        tagged.isPresent() ? HostFacts.tags(tagged.get()) : new TreeMap<>();
    host.get().done();
    return new Selection(id, tags, channels, groups);
  }

  static Polling poll(Optional<Document> poll) throws Refused {
    if (poll.isEmpty()) {
      return Polling.DEFAULT;
    }
    Document document = poll.get();
    Duration interval = document.duration("interval", Polling.DEFAULT.interval());
    Duration holdOff = document.duration("holdOff", Polling.DEFAULT.holdOff());
    document.done();
    if (interval.compareTo(SHORTEST_POLL) < 0 || interval.compareTo(LONGEST_POLL) > 0) {
      throw document.refuse("interval", "it must be from 1s to 1d");
    }
    if (holdOff.compareTo(LONGEST_POLL) > 0) {
      throw document.refuse("holdOff", "it must be at most 1d");
    }
    return new Polling(interval, holdOff);
  }

  static Reporting report(Optional<Document> report) throws Refused {
    if (report.isEmpty()) {
      return Settings.DEFAULT.report();
    }
    String url = report.get().text("url");
    Path tokenFile = SettingsFile.absolute(report.get(), "tokenFile").orElse(null);
    report.get().done();
    return new Reporting(url, tokenFile);
  }
}
