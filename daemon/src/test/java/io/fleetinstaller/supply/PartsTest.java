package io.fleetinstaller.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.registry.Span;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PartsTest {
  private static final int GAP = 1000;

  private final byte[] layer = new byte[20 << 20];
  private final Random random = new Random(1);
  private final Set<byte[]> memory =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

  @BeforeEach
  void noise() {
    random.nextBytes(layer);
  }

  @Test
  void parts_of_any_length_share_the_memory_of_one_window() throws Exception {
    List<Span> spans = spans();

    try (Parts parts = new Parts(spans, this::open)) {
      for (Span span : spans) {
        assertThat(parts.at(span.from(), span.to()).readAllBytes()).isEqualTo(bytes(span));
      }
    }

    assertThat(spans).hasSizeGreaterThan(20);
    assertThat(memory).singleElement().satisfies(all -> assertThat(all).hasSize(Parts.WINDOW));
  }

  @Test
  void no_more_is_asked_for_than_fits_behind_what_was_read() throws Exception {
    List<Span> spans = spans();
    AtomicLong asked = new AtomicLong();
    Parts.Source counting =
        span -> {
          asked.addAndGet(span.length());
          return open(span);
        };
    long read = 0;
    long most = 0;

    try (Parts parts = new Parts(spans, counting)) {
      for (Span span : spans) {
        InputStream bytes = parts.at(span.from(), span.to());
        for (int count; (count = bytes.readNBytes(GAP).length) > 0; read += count) {
          most = Math.max(most, asked.get() - read);
        }
      }
    }

    assertThat(most).isBetween(Spans.MOST, (long) Parts.WINDOW);
    assertThat(asked).hasValue(read);
  }

  @Test
  void what_is_there_of_a_part_is_read_before_the_rest_came() throws Exception {
    CountDownLatch rest = new CountDownLatch(1);
    Span span = new Span(0, 3 * GAP);
    Parts.Source slow = part -> stopping(open(part), rest::await);

    try (Parts parts = new Parts(List.of(span), slow)) {
      InputStream bytes = parts.at(0, 3 * GAP);
      byte[] first = bytes.readNBytes(GAP);
      rest.countDown();

      assertThat(first).isEqualTo(bytes(new Span(0, GAP)));
      assertThat(bytes.readAllBytes()).isEqualTo(bytes(new Span(GAP, 3 * GAP)));
    }
  }

  @Test
  void what_is_passed_over_does_not_get_in_the_way_of_what_is_read() throws Exception {
    List<Span> spans = spans();

    try (Parts parts = new Parts(spans, this::open)) {
      for (Span span : spans) {
        Span some = new Span(span.from() + span.length() / 2, span.to() - span.length() / 4);
        assertThat(parts.at(some.from(), some.to()).readAllBytes()).isEqualTo(bytes(some));
      }
    }
  }

  @Test
  void what_was_not_asked_for_cannot_be_read() throws Exception {
    Parts.Source source = this::open;

    try (Parts parts = new Parts(List.of(new Span(GAP, 2 * GAP)), source)) {
      assertThatThrownBy(() -> parts.at(0, GAP).read()).hasMessageContaining("not asked for");
      assertThat(parts.at(GAP, 2 * GAP).readNBytes(GAP)).hasSize(GAP);
      assertThatThrownBy(() -> parts.at(GAP, 2 * GAP).read()).hasMessageContaining("not asked for");
      assertThatThrownBy(() -> parts.at(2 * GAP, 3 * GAP).read())
          .hasMessageContaining("not asked for");
    }
  }

  @Test
  void a_part_that_is_too_short_or_breaks_is_an_error_behind_what_came_of_it() throws Exception {
    Span span = new Span(0, 2 * GAP);
    Parts.Source early = part -> open(new Span(0, GAP));
    Parts.Source broken = part -> stopping(open(part), PartsTest::breaks);

    for (Parts.Source source : List.of(early, broken)) {
      try (Parts parts = new Parts(List.of(span), source)) {
        InputStream bytes = parts.at(0, 2 * GAP);
        assertThat(bytes.readNBytes(GAP)).isEqualTo(bytes(new Span(0, GAP)));
        assertThatThrownBy(bytes::read)
            .isInstanceOf(IOException.class)
            .hasMessage(source.equals(early) ? "a part of the layer ended early" : "it broke");
      }
    }
  }

  @Test
  void a_bug_is_not_taken_for_what_a_registry_did() throws Exception {
    Parts.Source bug =
        _ -> {
          throw new StackOverflowError("deep");
        };

    try (Parts parts = new Parts(List.of(new Span(0, GAP)), bug)) {
      assertThatThrownBy(() -> parts.at(0, GAP).read()).isInstanceOf(StackOverflowError.class);
    }
  }

  /** All over the layer: the longest that there are, and many short ones. */
  private List<Span> spans() {
    List<Span> spans = new ArrayList<>();
    for (long at = GAP; at + Spans.MOST < layer.length; ) {
      long length = random.nextInt(4) == 0 ? Spans.MOST : 1 + random.nextInt(200 * GAP);
      spans.add(new Span(at, at + length));
      at += length + GAP;
    }
    return spans;
  }

  private byte[] bytes(Span span) {
    return Arrays.copyOfRange(layer, (int) span.from(), (int) span.to());
  }

  private InputStream open(Span span) {
    return new ByteArrayInputStream(layer, (int) span.from(), (int) span.length()) {
      @Override
      public synchronized int read(byte[] into, int offset, int length) {
        memory.add(into);
        return super.read(into, offset, length);
      }
    };
  }

  /** What happens behind the first bytes. */
  private interface Stop {
    void run() throws IOException, InterruptedException;
  }

  private static void breaks() throws IOException {
    throw new IOException("it broke");
  }

  private static InputStream stopping(InputStream bytes, Stop stop) {
    return new FilterInputStream(bytes) {
      private int left = GAP;

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        if (left == 0) {
          try {
            stop.run();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          return super.read(into, offset, length);
        }
        int count = super.read(into, offset, Math.min(length, left));
        left -= count;
        return count;
      }
    };
  }
}
