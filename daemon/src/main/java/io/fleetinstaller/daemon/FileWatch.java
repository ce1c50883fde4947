package io.fleetinstaller.daemon;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when something changes in the folders of some files, without looking at the disk. It only
 * saves waiting for the next poll: where it cannot watch, the poll still comes.
 */
final class FileWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

  private final WatchService watcher;
  private final Runnable changed;

  private FileWatch(WatchService watcher, Runnable changed) {
    this.watcher = watcher;
    this.changed = changed;
  }

  static FileWatch over(Set<Path> files, Runnable changed) throws IOException {
    WatchService watcher = FileSystems.getDefault().newWatchService();
    for (Path folder : files.stream().map(Path::getParent).collect(Collectors.toSet())) {
      watch(watcher, folder);
    }
    FileWatch watch = new FileWatch(watcher, changed);
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
        key.pollEvents();
        key.reset();
        changed.run();
      }
    } catch (ClosedWatchServiceException | InterruptedException _) {
      LOG.debug("no longer watching");
    }
  }

  @Override
  public void close() throws IOException {
    watcher.close();
  }
}
