package io.fleetinstaller.desired;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.release.Fault.Refused;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.time.zone.ZoneOffsetTransition;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * When something may begin: on these days, from this time of day on a clock of that zone, for so
 * long. It may cross midnight; then the day is the one it opens on. When the clocks change it opens
 * once: at the first moment that is not before {@code from} (in a gap, when the gap ends; in an
 * overlap, the first time), and it stays open for {@code length} of real time.
 *
 * @param days never empty
 * @param length at most seven days
 */
public record Window(Set<DayOfWeek> days, LocalTime from, Duration length, ZoneId zone) {
  /** How far ahead two windows are looked for that are open together: all seasons. */
  static final Duration HORIZON = Duration.ofDays(400);

  private static final Duration LONGEST = Duration.ofDays(7);
  private static final Pattern TIME = Pattern.compile("([01][0-9]|2[0-3]):[0-5][0-9]");

  public Window {
    days = Set.copyOf(days);
    if (days.isEmpty()) {
      throw new IllegalArgumentException("a window has at least one day");
    }
    if (length.isNegative() || length.isZero() || length.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("it must be longer than 0s and at most 7d");
    }
  }

  /** Reads the object of a window, {@code days} (none: every day), {@code from, for, zone}. */
  public static Window of(Document document) throws Refused {
    List<DayOfWeek> days = Wording.several(document, "days", 7, Window::day);
    LocalTime from = document.value("from", Window::time);
    Duration length = document.value("for", Durations::parse);
    ZoneId zone = document.value("zone", Window::zone);
    document.done();
    Set<DayOfWeek> all = days.isEmpty() ? EnumSet.allOf(DayOfWeek.class) : EnumSet.copyOf(days);
    try {
      return new Window(all, from, length, zone);
    } catch (IllegalArgumentException e) {
      throw document.refuse("for", String.valueOf(e.getMessage()));
    }
  }

  private static DayOfWeek day(String text) {
    return Arrays.stream(DayOfWeek.values())
        .filter(day -> word(day).equals(text))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'%s' is not one of mon, tue, wed, thu, fri, sat, sun".formatted(text)));
  }

  private static String word(DayOfWeek day) {
    return day.getDisplayName(TextStyle.SHORT, Locale.ROOT).toLowerCase(Locale.ROOT);
  }

  private static LocalTime time(String text) {
    if (!TIME.matcher(text).matches()) {
      throw new IllegalArgumentException("'%s' is not a time of day like 02:30".formatted(text));
    }
    return LocalTime.parse(text);
  }

  private static ZoneId zone(String text) {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'%s' is not a time zone like Europe/Paris or UTC".formatted(text), e);
    }
  }

  public boolean openAt(Instant now) {
    LocalDate today = LocalDate.ofInstant(now, zone);
    return LongStream.rangeClosed(-length.toDays() - 2, 1)
        .mapToObj(today::plusDays)
        .filter(this::opensOn)
        .map(this::opening)
        .anyMatch(opening -> !now.isBefore(opening) && now.isBefore(opening.plus(length)));
  }

  /** Now where it is open, else when it opens next. */
  public Instant next(Instant now) {
    LocalDate today = LocalDate.ofInstant(now, zone);
    return openAt(now)
        ? now
        : LongStream.rangeClosed(-2, 9)
            .mapToObj(today::plusDays)
            .filter(this::opensOn)
            .map(this::opening)
            .filter(now::isBefore)
            .min(Instant::compareTo)
            .orElseThrow();
  }

  /** When all of them are open at once; empty: not within {@link #HORIZON}. */
  static Optional<Instant> next(Collection<Window> windows, Instant now) {
    Instant at = now;
    while (at.isBefore(now.plus(HORIZON))) {
      Instant seen = at;
      Optional<Window> closed = windows.stream().filter(window -> !window.openAt(seen)).findFirst();
      if (closed.isEmpty()) {
        return Optional.of(at);
      }
      at = closed.get().next(at);
    }
    return Optional.empty();
  }

  private boolean opensOn(LocalDate day) {
    return days.contains(day.getDayOfWeek());
  }

  private Instant opening(LocalDate day) {
    LocalDateTime local = day.atTime(from);
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    return change != null && change.isGap() ? change.getInstant() : local.atZone(zone).toInstant();
  }

  /** In words, e.g. {@code sat 02:00 for 2h, Europe/Paris}. */
  @Override
  public String toString() {
    return "%s%s for %s, %s".formatted(dayWords(), from, Durations.text(length), zone);
  }

  private String dayWords() {
    return days.size() == DayOfWeek.values().length
        ? "daily "
        : new TreeSet<>(days).stream().map(Window::word).collect(Collectors.joining(", ")) + " ";
  }

  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    if (days.size() < DayOfWeek.values().length) {
      tree.put("days", new TreeSet<>(days).stream().map(Window::word).toList());
    }
    tree.put("from", from);
    tree.put("for", Durations.text(length));
    tree.put("zone", zone);
    return tree;
  }
}
