package io.fleetinstaller.supply;

import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.registry.Span;
import io.fleetinstaller.release.Fault;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The bytes of some parts of a layer, read from the first to the last while a few more are under
 * way. Closing it ends what is under way. Not thread-safe.
 */
final class Parts implements AutoCloseable {
  /** Hides the time of a request behind the transfer of another. */
  private static final int AT_ONCE = 3;

  private final Iterator<Span> left;
  private final Source source;
  private final ExecutorService fetchers = Executors.newVirtualThreadPerTaskExecutor();
  private final Deque<Part> coming = new ArrayDeque<>();
  private final Queue<byte[]> free = new ConcurrentLinkedQueue<>();
  private final int largest;

  /** Where a part comes from. */
  @FunctionalInterface
  interface Source {
    InputStream open(Span span) throws Fault, InterruptedException;
  }

  private record Part(Span span, Future<byte[]> bytes) {}

  /**
   * @param spans in the order of the layer, without overlap
   */
  Parts(List<Span> spans, Source source) {
    this.left = spans.iterator();
    this.source = source;
    this.largest = (int) spans.stream().mapToLong(Span::length).max().orElse(0);
  }

  /**
   * The packed bytes of a place, which must lie in the parts. Places may overlap, but must not
   * begin before one that was read already begins.
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
    byte[] bytes = bytes(part);
    int begin = (int) (at - part.span().from());
    int count = Math.min(length, (int) part.span().length() - begin);
    System.arraycopy(bytes, begin, into, offset, count);
    return count;
  }

  /** What lies before it is not asked for again. */
  private Part holding(long at) throws IOException {
    while (true) {
      while (coming.size() < AT_ONCE && left.hasNext()) {
        Span span = left.next();
        coming.add(new Part(span, fetchers.submit(() -> fetch(span))));
      }
      Part first = coming.peek();
      if (first == null || at < first.span().from()) {
        throw new EOFException("byte %d of the layer was not asked for".formatted(at));
      }
      if (at < first.span().to()) {
        return first;
      }
      done(coming.remove());
    }
  }

  /** The memory of a part serves another: so there are never more than are under way at once. */
  private void done(Part part) {
    if (part.bytes().state() == Future.State.SUCCESS) {
      free.add(part.bytes().resultNow());
    }
  }

  private byte[] fetch(Span span) throws IOException, Fault, InterruptedException {
    try (InputStream piece = source.open(span)) {
      byte[] bytes = Optional.ofNullable(free.poll()).orElseGet(() -> new byte[largest]);
      if (piece.readNBytes(bytes, 0, (int) span.length()) < span.length()) {
        throw new EOFException("a part of the layer ended early");
      }
      return bytes;
    }
  }

  private static byte[] bytes(Part part) throws IOException {
    try {
      return part.bytes().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted while fetching").initCause(e);
    } catch (ExecutionException e) {
      throw asIs(Objects.requireNonNull(e.getCause()));
    }
  }

  private static IOException asIs(Throwable thrown) {
    if (thrown instanceof Fault fault) {
      return new Faulted(fault);
    }
    if (thrown instanceof IOException failure) {
      return failure;
    }
    throw new IllegalStateException("fetching failed", thrown);
  }

  @Override
  public void close() {
    fetchers.shutdownNow();
    fetchers.close();
  }
}
