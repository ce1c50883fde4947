package io.fleetinstaller.supply;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.registry.Span;
import io.fleetinstaller.toc.Toc.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What is asked for of a layer. */
class SpansTest {
  private static final long MIB = 1 << 20;

  @Test
  void nothing_needed_is_nothing_asked_for() {
    List<Span> spans = Spans.over(List.of());

    assertThat(spans).isEmpty();
  }

  @Test
  void places_with_small_gaps_are_one_request_and_those_with_large_ones_are_several() {
    Place first = new Place(100, 200, 0);
    Place near = new Place(200 + Spans.GAP, 300 + Spans.GAP, 0);
    Place far = new Place(301 + 2 * Spans.GAP, 400 + 2 * Spans.GAP, 0);

    List<Span> spans = Spans.over(List.of(first, near, far));

    assertThat(spans).containsExactly(new Span(100, near.to()), new Span(far.from(), far.to()));
  }

  @Test
  void places_that_share_a_frame_are_asked_for_once() {
    Place one = new Place(100, 200, 0);
    Place other = new Place(100, 200, 50);

    List<Span> spans = Spans.over(List.of(one, other));

    assertThat(spans).containsExactly(new Span(100, 200));
  }

  @Test
  void a_long_stretch_is_cut_into_requests_of_bounded_size() {
    Place all = new Place(5, 5 + 9 * MIB, 0);

    List<Span> spans = Spans.over(List.of(all));

    assertThat(spans)
        .containsExactly(
            new Span(5, 5 + Spans.MOST),
            new Span(5 + Spans.MOST, 5 + 2 * Spans.MOST),
            new Span(5 + 2 * Spans.MOST, 5 + 9 * MIB));
  }

  @Test
  void many_places_far_from_each_other_are_still_few_requests() {
    List<Place> places = every(100 << 10, 1000);

    List<Span> spans = Spans.over(places);

    assertThat(spans.size()).isLessThanOrEqualTo(Spans.FEW);
    assertThat(places).allMatch(place -> covered(place, spans));
  }

  @Test
  void requests_that_a_long_stretch_takes_count_too() {
    List<Place> places = new ArrayList<>(every(100 << 10, 100));
    places.add(new Place(100 * MIB, 100 * MIB + 100 * Spans.MOST, 0));

    List<Span> spans = Spans.over(places);

    assertThat(spans).hasSizeLessThanOrEqualTo(Spans.FEW);
    assertThat(places.subList(0, 100)).allMatch(place -> covered(place, spans));
  }

  @Test
  void no_gap_is_fetched_that_costs_more_than_the_requests_it_saves() {
    List<Place> places = every(500 << 10, 300);

    List<Span> spans = Spans.over(places);

    assertThat(spans).hasSize(300).allMatch(span -> span.length() == 4096);
  }

  @Test
  void no_gap_is_fetched_that_is_longer_than_a_request() {
    List<Place> places = every(50 << 20, 300);

    List<Span> spans = Spans.over(places);

    assertThat(spans).hasSize(300).allMatch(span -> span.length() == 4096);
  }

  private static List<Place> every(long bytes, int count) {
    return LongStream.range(0, count)
        .mapToObj(i -> new Place(i * bytes, i * bytes + 4096, 0))
        .toList();
  }

  @Test
  void gaps_are_not_fetched_where_the_bulk_alone_is_many_requests() {
    long run = 6 * MIB;
    long gap = 3 * MIB;
    List<Place> places = new ArrayList<>();
    for (long i = 0; i < 150; i++) {
      places.add(new Place(i * (run + gap), i * (run + gap) + run, 0));
    }

    List<Span> spans = Spans.over(places);

    assertThat(spans).hasSize(300);
    assertThat(spans.stream().mapToLong(Span::length).sum()).isEqualTo(150 * run);
  }

  @Test
  void whatever_is_needed_all_of_it_is_asked_for_once_and_in_order() {
    Random random = new Random(11);
    for (int round = 0; round < 200; round++) {
      List<Place> places = new ArrayList<>();
      for (int i = random.nextInt(40); i > 0; i--) {
        long from = random.nextLong(30 * MIB);
        places.add(new Place(from, from + 1 + random.nextLong(3 * MIB), 0));
      }

      List<Span> spans = Spans.over(places);

      for (int i = 1; i < spans.size(); i++) {
        assertThat(spans.get(i).from()).isGreaterThanOrEqualTo(spans.get(i - 1).to());
      }
      assertThat(spans).allMatch(span -> span.length() > 0 && span.length() <= Spans.MOST);
      assertThat(places).allMatch(place -> covered(place, spans));
    }
  }

  private static boolean covered(Place place, List<Span> spans) {
    long at = place.from();
    for (Span span : spans) {
      if (span.from() <= at && at < span.to()) {
        at = span.to();
      }
    }
    return at >= place.to();
  }
}
