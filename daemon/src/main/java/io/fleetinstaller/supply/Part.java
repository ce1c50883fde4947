package io.fleetinstaller.supply;

import io.fleetinstaller.io.Faulted;
import io.fleetinstaller.registry.Span;
import io.fleetinstaller.release.Fault;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A part of a layer that one thread brings while another reads what is there of it. */
final class Part {
  private static final int OVER = -1;

  private final Span span;
  private final long place;
  private final BlockingQueue<Integer> news = new LinkedBlockingQueue<>();
  private Throwable failure = new EOFException("a part of the layer ended early");
  private long there;
  private boolean over;

  /**
   * @param place of its first byte among all that were asked for
   */
  Part(Span span, long place) {
    this.span = span;
    this.place = place;
  }

  Span span() {
    return span;
  }

  /** The place among all bytes that were asked for of one of the layer's. */
  long place(long ofLayer) {
    return place + ofLayer - span.from();
  }

  /** Told by who brings it, as are the other two. */
  void came(int count) {
    news.add(count);
  }

  void failed(Throwable why) {
    failure = why;
  }

  /** Nothing more comes. */
  void over() {
    news.add(OVER);
  }

  /** How many bytes are there from this one of the layer on; waits for the first of them. */
  int from(long ofLayer) throws IOException {
    long before = ofLayer - span.from();
    while (!over && (there <= before || !news.isEmpty())) {
      hear();
    }
    if (there <= before) {
      throw asIs(failure);
    }
    return (int) (there - before);
  }

  /** Waits until nothing more comes, for whatever reason: then its memory may be used again. */
  void end() throws IOException {
    while (!over) {
      hear();
    }
  }

  private void hear() throws IOException {
    try {
      int count = news.take();
      over = count == OVER;
      there += over ? 0 : count;
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return (IOException) new InterruptedIOException("interrupted while fetching").initCause(e);
  }

  private static IOException asIs(Throwable thrown) {
    if (thrown instanceof Fault fault) {
      return new Faulted(fault);
    }
    if (thrown instanceof IOException failure) {
      return failure;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    throw new IllegalStateException("fetching failed", thrown);
  }
}
