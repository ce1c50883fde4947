package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.http.Pace;
import io.fleetinstaller.http.Patience;
import io.fleetinstaller.http.Throttle;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One blob over lines of every speed. */
class BlobStreamTest {
  private static final int SIZE = 4 << 20;

  private final FakeTime time = new FakeTime();
  private final Pace pace = new Pace(Patience.DEFAULT, time, new Random(1));
  private final byte[] content = content();
  private final Blob blob = new Blob("x", Digest.of(content), SIZE);
  private final Suspects suspects = new Suspects();

  @Tag("F29")
  @Test
  void a_line_under_the_floor_rate_is_cut_and_another_repository_goes_on() throws Exception {
    Line slow = new Line(Duration.ofSeconds(1), 1000);
    Line fast = new Line(Duration.ofMillis(1), 100_000);

    byte[] read = open(slow, fast).readAllBytes();

    assertThat(read).isEqualTo(content);
    assertThat(fast.began)
        .singleElement()
        .satisfies(at -> assertThat(at).isBetween(20_000L, 30_000L));
  }

  @Test
  void a_line_that_stalls_each_time_after_some_progress_is_not_asked_again_at_once()
      throws Exception {
    Line good = new Line(Duration.ofMillis(1), 100_000);
    Line bad = new Line(Duration.ofMillis(1), 100_000, 300_000);

    byte[] read = open(bad, good).readAllBytes();

    assertThat(read).isEqualTo(content);
    assertThat(bad.began).containsExactly(0L);
    assertThat(good.began).singleElement().satisfies(at -> assertThat(at).isPositive());
  }

  @Test
  void a_line_that_is_always_too_slow_is_given_up() {
    Line slow = new Line(Duration.ofSeconds(1), 1000);

    Fault fault = Pulling.fault(() -> open(slow).readAllBytes());

    assertThat(fault).isInstanceOf(Fault.Transient.class);
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.TOO_SLOW);
    assertThat(fault).hasMessageContaining("1000 bytes per second");
    assertThat(slow.began).hasSize(Patience.DEFAULT.tries());
  }

  @Test
  void a_line_just_over_the_floor_rate_is_left_alone() throws Exception {
    Line line = new Line(Duration.ofSeconds(1), 11_000);

    byte[] read = open(line).readAllBytes();

    assertThat(read).isEqualTo(content);
    assertThat(line.began).containsExactly(0L);
  }

  @Test
  void a_reader_that_takes_its_time_is_not_held_against_the_line() throws Exception {
    Line line = new Line(Duration.ofMillis(1), 10_000);
    InputStream stream = open(line);
    byte[] buffer = new byte[10_000];

    while (stream.read(buffer) >= 0) {
      time.pass(Duration.ofMinutes(1));
    }

    assertThat(line.began).containsExactly(0L);
  }

  @Test
  void who_gave_nothing_of_one_part_is_asked_last_for_the_next() throws Exception {
    Line dead = new Line(Duration.ofMillis(1), 100_000, 0);
    Line good = new Line(Duration.ofMillis(1), 100_000);
    Span part = new Span(1000, 2000);

    byte[] read = BlobStream.open(download(blob, part, List.of(dead, good))).readAllBytes();

    assertThat(read).isEqualTo(Arrays.copyOfRange(content, 1000, 2000));
    assertThat(suspects.lastForParts(blob.digest(), List.of(dead, good)))
        .containsExactly(good, dead);
    assertThat(suspects.last(blob.digest(), List.of(dead, good))).containsExactly(dead, good);
  }

  @Test
  void who_gave_nothing_is_known_also_when_another_gave_something_before() throws Exception {
    Line brief = new Line(Duration.ofMillis(1), 400, 400);
    Line dead = new Line(Duration.ofMillis(1), 100_000, 0);
    Line good = new Line(Duration.ofMillis(1), 100_000);
    List<Repository> lines = List.of(brief, dead, good);
    InputStream stream = BlobStream.open(download(blob, new Span(1000, 2000), lines));

    byte[] first = stream.readNBytes(400);
    byte[] rest = stream.readAllBytes();

    assertThat(first).isEqualTo(Arrays.copyOfRange(content, 1000, 1400));
    assertThat(rest).isEqualTo(Arrays.copyOfRange(content, 1400, 2000));
    assertThat(suspects.lastForParts(blob.digest(), lines)).containsExactly(brief, good, dead);
  }

  @Test
  void an_empty_blob_is_proven_too() throws Exception {
    Blob empty = new Blob("x", Digest.of(new byte[0]), 0);
    Blob liar = new Blob("x", Digest.of(new byte[1]), 0);
    Repository nothing = new Line(Duration.ZERO, 1);
    Repository other = new Line(Duration.ZERO, 1);

    int read = BlobStream.open(download(empty, List.of(nothing))).read();
    Fault fault = Pulling.fault(() -> BlobStream.open(download(liar, List.of(nothing))));

    assertThat(read).isEqualTo(-1);
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.DIGEST_MISMATCH);
    assertThat(suspects.last(liar.digest(), List.of(nothing, other)))
        .containsExactly(other, nothing);
  }

  private InputStream open(Repository... lines) throws Exception {
    return BlobStream.open(download(blob, List.of(lines)));
  }

  private Download download(Blob wanted, List<Repository> lines) {
    return download(wanted, Span.whole(wanted), lines);
  }

  private Download download(Blob wanted, Span span, List<Repository> lines) {
    return new Download(
        wanted,
        span,
        new Turns("get it", lines, pace),
        pace,
        new Throttle(Throttle.Limit.NONE, time),
        suspects,
        Traffic.UNNOTED);
  }

  private static byte[] content() {
    byte[] bytes = new byte[SIZE];
    new Random(3).nextBytes(bytes);
    return bytes;
  }

  /** A repository that delivers so many bytes in so much time. */
  private final class Line implements Repository {
    private final Duration each;
    private final int bytes;
    private final int stallsAfter;
    private final List<Long> began = new ArrayList<>();

    Line(Duration each, int bytes) {
      this(each, bytes, Integer.MAX_VALUE);
    }

    Line(Duration each, int bytes, int stallsAfter) {
      this.each = each;
      this.bytes = bytes;
      this.stallsAfter = stallsAfter;
    }

    @Override
    public byte[] manifest(String reference) {
      throw new AssertionError("nobody asks for a manifest here");
    }

    @Override
    public Body blob(Blob wanted, Resumption resumption) {
      began.add(resumption.from());
      byte[] rest = Arrays.copyOfRange(content, (int) resumption.from(), (int) wanted.size());
      InputStream stream =
          new FilterInputStream(new ByteArrayInputStream(rest)) {
            private int given;

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
              given += length;
              if (given > stallsAfter) {
                throw new IOException(Failure.passing(ReasonCode.TOO_SLOW, "it has stalled"));
              }
              int count = super.read(buffer, offset, Math.min(length, bytes));
              // A reader with a small buffer does not make the line slower.
              time.pass(each.multipliedBy(Math.max(count, 0)).dividedBy(bytes));
              return count;
            }
          };
      return new Body(stream, resumption.from(), OptionalLong.of(rest.length), "");
    }
  }
}
