package io.fleetinstaller.toc;

import io.fleetinstaller.io.Compression;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Packs frames on all cores and writes them in their order. Not thread-safe. */
final class FrameWriter implements AutoCloseable {
  private final OutputStream out;
  private final int level;
  private final int most = 2 * Runtime.getRuntime().availableProcessors();
  private final ExecutorService cores = Executors.newFixedThreadPool(most / 2);
  private final Queue<CompletableFuture<byte[]>> waiting = new ArrayDeque<>();
  private final List<Long> ends = new ArrayList<>();
  private long position;

  FrameWriter(OutputStream out, int level) {
    this.out = out;
    this.level = level;
  }

  /** Adds a frame with these plain bytes, which are its own from now on; returns its number. */
  int add(byte[] plain) throws IOException {
    int number = ends.size() + waiting.size();
    waiting.add(CompletableFuture.supplyAsync(() -> Compression.frame(plain, level), cores));
    if (waiting.size() >= most) {
      write();
    }
    return number;
  }

  /** The number of the frame that comes next. */
  int next() {
    return ends.size() + waiting.size();
  }

  /** Writes all that waits. */
  void flush() throws IOException {
    while (!waiting.isEmpty()) {
      write();
    }
  }

  /** Where a frame that was written begins; that of {@link #next} is where it will begin. */
  long begin(int number) {
    return number == 0 ? 0 : ends.get(number - 1);
  }

  private void write() throws IOException {
    byte[] packed = waiting.remove().join();
    out.write(packed);
    position += packed.length;
    ends.add(position);
  }

  @Override
  public void close() throws IOException {
    cores.shutdownNow();
    out.close();
  }
}
