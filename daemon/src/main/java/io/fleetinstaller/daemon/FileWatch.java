package io.fleetinstaller.daemon;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when some files change, without looking at the disk; what happens beside them in their
 * folders is nobody's business. It only saves waiting for the next poll: where it cannot watch, the
 * poll still comes.
 */
final class FileWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

  /** The link that Kubernetes puts in place of another when files of a volume change. */
  private static final String VOLUME = "..data";

  private final WatchService watcher;
  private final Set<Path> names;
  private final Runnable changed;

  private FileWatch(WatchService watcher, Set<Path> names, Runnable changed) {
    this.watcher = watcher;
    this.names = names;
    this.changed = changed;
  }

  static FileWatch over(Set<Path> files, Runnable changed) throws IOException {
    WatchService watcher = FileSystems.getDefault().newWatchService();
    for (Path folder : files.stream().map(Path::getParent).collect(Collectors.toSet())) {
      watch(watcher, folder);
    }
    Set<Path> names = new HashSet<>(Set.of(Path.of(VOLUME)));
    files.forEach(file -> names.add(file.getFileName()));
    FileWatch watch = new FileWatch(watcher, names, changed);
    Thread.ofPlatform().daemon().name("file-watch").start(watch::run);
    return watch;
  }

  private static void watch(WatchService watcher, Path folder) {
    try {
      folder.register(
          watcher,
          StandardWatchEventKinds.ENTRY_CREATE,
          StandardWatchEventKinds.ENTRY_MODIFY,
          StandardWatchEventKinds.ENTRY_DELETE);
    } catch (IOException e) {
      LOG.warn("cannot watch {}: {}; changes are seen at the next poll", folder, e.toString());
    }
  }

  private void run() {
    try {
      while (true) {
        WatchKey key = watcher.take();
        boolean ours = key.pollEvents().stream().anyMatch(this::concerns);
        key.reset();
        if (ours) {
          changed.run();
        }
      }
    } catch (ClosedWatchServiceException | InterruptedException _) {
      LOG.debug("no longer watching");
    }
  }

  /** Events that were lost may have been of one of ours. */
  private boolean concerns(WatchEvent<?> event) {
    return StandardWatchEventKinds.OVERFLOW.equals(event.kind())
        || (event.context() instanceof Path name && names.contains(name));
  }

  @Override
  public void close() throws IOException {
    watcher.close();
  }
}
