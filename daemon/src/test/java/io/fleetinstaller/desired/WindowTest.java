package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * In Paris the clocks go from 02:00 to 03:00 on 2026-03-29 and from 03:00 to 02:00 on 2026-10-25.
 */
class WindowTest {

  @ParameterizedTest
  @CsvSource({
    // 2026-11-21 is a Saturday; Paris is one hour ahead in winter
    "sat 02:00 2h Europe/Paris, 2026-11-21T00:59:59Z, 2026-11-21T01:00:00Z",
    "sat 02:00 2h Europe/Paris, 2026-11-21T01:00:00Z, open",
    "sat 02:00 2h Europe/Paris, 2026-11-21T02:59:59Z, open",
    "sat 02:00 2h Europe/Paris, 2026-11-21T03:00:00Z, 2026-11-28T01:00:00Z",
    // two hours ahead in summer
    "sat 02:00 2h Europe/Paris, 2026-07-17T20:00:00Z, 2026-07-18T00:00:00Z",
    // across midnight it belongs to the day it opens on
    "fri 23:00 2h UTC, 2026-11-21T00:59:59Z, open",
    "fri 23:00 2h UTC, 2026-11-21T01:00:00Z, 2026-11-27T23:00:00Z",
    "sat 23:00 2h UTC, 2026-11-21T00:30:00Z, 2026-11-21T23:00:00Z",
    // longer than a day
    "sat 00:00 2d UTC, 2026-11-22T23:59:59Z, open",
    "sat 00:00 2d UTC, 2026-11-23T00:00:00Z, 2026-11-28T00:00:00Z",
    "sat 00:00 7d UTC, 2026-11-20T23:59:59Z, open",
    // in the east, yesterday's UTC evening is already the day
    "sat 02:00 1h Asia/Tokyo, 2026-11-20T17:00:00Z, open",
    "sat 02:00 1h Asia/Tokyo, 2026-11-20T16:59:59Z, 2026-11-20T17:00:00Z",
    "sat 20:00 1h America/Los_Angeles, 2026-11-22T04:30:00Z, open",
    // several days
    "mon+wed 12:00 1h UTC, 2026-11-23T13:00:00Z, 2026-11-25T12:00:00Z",
    "mon+wed 12:00 1h UTC, 2026-11-25T13:00:00Z, 2026-11-30T12:00:00Z",
    // the gap: 02:30 is not there, so it opens when the gap ends, and for two whole hours
    "sun 02:30 2h Europe/Paris, 2026-03-29T00:59:59Z, 2026-03-29T01:00:00Z",
    "sun 02:30 2h Europe/Paris, 2026-03-29T02:59:59Z, open",
    "sun 02:30 2h Europe/Paris, 2026-03-29T03:00:00Z, 2026-04-05T00:30:00Z",
    "sun 02:00 2h Europe/Paris, 2026-03-29T01:00:00Z, open",
    // a window that is open while the clocks go forth still lasts its length
    "sun 01:30 1h Europe/Paris, 2026-03-29T01:29:59Z, open",
    "sun 01:30 1h Europe/Paris, 2026-03-29T01:30:00Z, 2026-04-04T23:30:00Z",
    // the overlap: 02:30 comes twice, and it opens once, the first time
    "sun 02:30 30m Europe/Paris, 2026-10-25T00:30:00Z, open",
    "sun 02:30 30m Europe/Paris, 2026-10-25T01:00:00Z, 2026-11-01T01:30:00Z",
    "sun 02:30 30m Europe/Paris, 2026-10-25T01:30:00Z, 2026-11-01T01:30:00Z",
    "sun 02:30 2h Europe/Paris, 2026-10-25T02:29:59Z, open",
    "sun 02:30 2h Europe/Paris, 2026-10-25T02:30:00Z, 2026-11-01T01:30:00Z"
  })
  void it_is_open_or_says_when_it_opens(String text, Instant now, String expected) throws Refused {
    Window window = window(text);

    Instant next = window.next(now);

    assertThat(window.openAt(now)).isEqualTo(expected.equals("open"));
    assertThat(next).isEqualTo(expected.equals("open") ? now : Instant.parse(expected));
    assertThat(window.openAt(next)).isTrue();
    assertThat(window.openAt(next.minusNanos(1)) && !next.equals(now)).isFalse();
  }

  @Test
  void every_day_is_the_default() throws Refused {
    Window window =
        Window.of(Document.yaml("test", Scene.bytes("{from: '02:00', for: 1h, zone: UTC}")));

    assertThat(window.next(Scene.NOON)).isEqualTo("2026-11-22T02:00:00Z");
    assertThat(window).hasToString("daily 02:00 for 1h, UTC");
    assertThat(window.tree()).containsOnlyKeys("from", "for", "zone");
  }

  @Test
  void it_is_told_in_words_and_written_as_it_is_read() throws Refused {
    Window window = window("wed+mon 02:00 90m Europe/Paris");

    assertThat(window).hasToString("mon, wed 02:00 for 90m, Europe/Paris");
    assertThat(window.tree().toString())
        .isEqualTo("{days=[mon, wed], from=02:00, for=90m, zone=Europe/Paris}");
  }

  @Test
  void windows_together_are_open_when_all_are() throws Refused {
    Window mornings = window("mon+tue+wed+thu+fri+sat+sun 02:00 4h UTC");
    Window saturdays = window("sat 05:00 10h UTC");

    assertThat(Window.next(List.of(mornings, saturdays), Scene.NOON))
        .contains(Instant.parse("2026-11-28T05:00:00Z"));
    assertThat(Window.next(List.of(mornings), Scene.NOON))
        .contains(Instant.parse("2026-11-22T02:00:00Z"));
    assertThat(Window.next(List.of(), Scene.NOON)).contains(Scene.NOON);
  }

  @Test
  void windows_that_meet_only_while_one_zone_has_summer_time_are_found() throws Refused {
    Window paris = window("sat 10:00 1h Europe/Paris");
    Window utc = window("sat 08:00 1h UTC");

    assertThat(Window.next(List.of(paris, utc), Scene.NOON))
        .contains(Instant.parse("2027-04-03T08:00:00Z"));
  }

  @Test
  void windows_that_never_meet_are_told() throws Refused {
    List<Window> windows = List.of(window("sat 02:00 1h UTC"), window("sun 02:00 1h UTC"));

    Opening opening = Opening.of(windows, Scene.NOON).orElseThrow();

    assertThat(opening.at()).isEmpty();
    assertThat(opening.reason("it").sentence())
        .isEqualTo(
            "it waits for the window sat 02:00 for 1h, UTC; and sun 02:00 for 1h, UTC, which is never open together with all others; change one of them");
    assertThat(Opening.of(List.of(), Scene.NOON)).isEmpty();
  }

  @Test
  void only_the_closed_window_is_named() throws Refused {
    List<Window> windows = List.of(window("sat 12:00 1h UTC"), window("sat 12:30 1h UTC"));

    assertThat(Opening.of(windows, Scene.NOON).orElseThrow().words())
        .isEqualTo(
            "waits for the window sat 12:30 for 1h, UTC, which opens at 2026-11-21T12:30:00Z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{from: '24:00', for: 1h, zone: UTC}",
        "{from: '2:00', for: 1h, zone: UTC}",
        "{from: '02:60', for: 1h, zone: UTC}",
        "{from: '02:00', for: 0s, zone: UTC}",
        "{from: '02:00', for: 8d, zone: UTC}",
        "{from: '02:00', for: 1h}",
        "{from: '02:00', for: 1h, zone: Mars/Olympus}",
        "{from: '02:00', for: 1h, zone: UTC, days: []}",
        "{from: '02:00', for: 1h, zone: UTC, days: [Sat]}",
        "{from: '02:00', for: 1h, zone: UTC, days: [sat, sat]}",
        "{from: '02:00', for: 1h, zone: UTC, to: '03:00'}"
      })
  void what_is_no_window_is_refused(String yaml) {
    assertThatThrownBy(() -> Window.of(Document.yaml("test", Scene.bytes(yaml))))
        .isInstanceOf(Refused.class);
  }

  /** E.g. {@code mon+wed 02:00 2h Europe/Paris}. */
  static Window window(String text) throws Refused {
    String[] parts = text.split(" ", -1);
    String yaml =
        "{days: [%s], from: '%s', for: %s, zone: %s}"
            .formatted(parts[0].replace("+", ", "), parts[1], parts[2], parts[3]);
    return Window.of(Document.yaml("test", Scene.bytes(yaml)));
  }
}
