package io.fleetinstaller.desired;

import io.fleetinstaller.release.Version;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which versions are meant, e.g. {@code >=1.9 <2}: one to eight comparisons with spaces between
 * them, all of which must hold. A comparison is {@code >= > <= < =} and a version, without a space.
 * Order is {@link Version}'s: {@code 2~rc1} is less than {@code 2}, {@code 2.0} is more.
 */
public record Range(List<Bound> bounds) {
  private static final int MOST = 8;
  private static final Pattern FORM = Pattern.compile("(>=|<=|>|<|=)(.+)");
  private static final Pattern SPACES = Pattern.compile(" +");

  public Range {
    bounds = List.copyOf(bounds);
    if (bounds.isEmpty() || bounds.size() > MOST) {
      throw new IllegalArgumentException(
          "a range has 1 to %d comparisons, not %d".formatted(MOST, bounds.size()));
    }
  }

  /** One comparison. */
  public record Bound(Operator operator, Version version) {
    boolean holds(Version other) {
      int order = other.compareTo(version);
      return switch (operator) {
        case AT_LEAST -> order >= 0;
        case ABOVE -> order > 0;
        case AT_MOST -> order <= 0;
        case BELOW -> order < 0;
        case EXACTLY -> order == 0;
      };
    }

    @Override
    public String toString() {
      return operator.sign + version;
    }
  }

  /** How a version is compared. */
  public enum Operator {
    AT_LEAST(">="),
    AT_MOST("<="),
    ABOVE(">"),
    BELOW("<"),
    EXACTLY("=");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    private static Operator of(String sign) {
      return Arrays.stream(values()).filter(one -> one.sign.equals(sign)).findFirst().orElseThrow();
    }
  }

  /** Reads one; an {@link IllegalArgumentException} says what is allowed. */
  public static Range parse(String text) {
    return new Range(SPACES.splitAsStream(text).map(part -> bound(part, text)).toList());
  }

  private static Bound bound(String part, String whole) {
    Matcher matcher = FORM.matcher(part);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a range of versions; write it as >=1.9 <2".formatted(whole));
    }
    return new Bound(Operator.of(matcher.group(1)), new Version(matcher.group(2)));
  }

  public boolean contains(Version version) {
    return bounds.stream().allMatch(bound -> bound.holds(version));
  }

  @Override
  public String toString() {
    return bounds.stream().map(Bound::toString).collect(Collectors.joining(" "));
  }
}
