package io.fleetinstaller.supply;

import io.fleetinstaller.registry.Span;
import io.fleetinstaller.release.Fault;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The bytes of some parts of a layer, read from the first to the last, each as soon as it is there,
 * while a few more are under way. Closing it ends what is under way. Not thread-safe.
 */
final class Parts implements AutoCloseable {
  /**
   * Of all that was asked for, so much is not read yet at most: it lies in memory, and comes again
   * when this process is killed. The next part is asked for while the last 512 KiB of a long one
   * come, which hides the time of a request.
   */
  static final int WINDOW = 4 << 20;

  /** Hides the time of requests for short parts. */
  private static final int AT_ONCE = 3;

  private final Deque<Span> left;
  private final Source source;
  private final ExecutorService fetchers = Executors.newVirtualThreadPerTaskExecutor();
  private final Deque<Part> coming = new ArrayDeque<>();
  private final byte[] memory;
  private long asked;
  private long used;

  /** Where a part comes from. */
  @FunctionalInterface
  interface Source {
    InputStream open(Span span) throws Fault, InterruptedException;
  }

  /**
   * @param spans in the order of the layer, without overlap
   */
  Parts(List<Span> spans, Source source) {
    this.left = new ArrayDeque<>(spans);
    this.source = source;
    long all = spans.stream().mapToLong(Span::length).sum();
    long longest = spans.stream().mapToLong(Span::length).max().orElse(0);
    this.memory = new byte[(int) Math.max(longest, Math.min(all, WINDOW))];
  }

  /**
   * The packed bytes of a place, which must lie in the parts, and behind all that was read before.
   */
  InputStream at(long from, long to) {
    return new InputStream() {
      private long at = from;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        if (at == to || length == 0) {
          return at == to ? -1 : 0;
        }
        int count = copy(at, into, offset, (int) Math.min(length, to - at));
        at += count;
        return count;
      }
    };
  }

  private int copy(long at, byte[] into, int offset, int length) throws IOException {
    Part part = holding(at);
    int there = part.from(at);
    int place = place(part.place(at));
    int count = Math.min(Math.min(length, there), memory.length - place);
    System.arraycopy(memory, place, into, offset, count);
    used += count;
    return count;
  }

  /** What lies before it is not asked for again. */
  private Part holding(long at) throws IOException {
    while (true) {
      askForMore();
      Part first = coming.peek();
      if (first == null || first.place(at) < used) {
        throw new EOFException("byte %d of the layer was not asked for".formatted(at));
      }
      if (at < first.span().to()) {
        used = first.place(at);
        return first;
      }
      first.end();
      used = first.place(first.span().to());
      coming.remove();
    }
  }

  private void askForMore() {
    while (!left.isEmpty()
        && coming.size() < AT_ONCE
        && asked + left.getFirst().length() - used <= memory.length) {
      Span span = left.remove();
      Part part = new Part(span, asked);
      coming.add(part);
      fetchers.execute(() -> fetch(part));
      asked += span.length();
    }
  }

  private void fetch(Part part) {
    try (InputStream bytes = source.open(part.span())) {
      long at = part.span().from();
      while (at < part.span().to()) {
        int place = place(part.place(at));
        long most = Math.min(part.span().to() - at, memory.length - place);
        int count = bytes.read(memory, place, (int) most);
        if (count < 0) {
          return;
        }
        part.came(count);
        at += count;
      }
    } catch (Throwable e) {
      part.failed(e);
    } finally {
      part.over();
    }
  }

  /** Its place in memory, which is used again and again. */
  private int place(long ofAsked) {
    return (int) (ofAsked % memory.length);
  }

  @Override
  public void close() {
    fetchers.shutdownNow();
    fetchers.close();
  }
}
