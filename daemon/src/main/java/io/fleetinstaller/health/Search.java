package io.fleetinstaller.health;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of a package, run on text that nobody vouches for. A budget of steps, not of
 * time, ends what would backtrack for ever, so the outcome is the same on every machine.
 */
final class Search {
  private static final int LONGEST_LINE = 4096;
  private static final int STEPS = 20_000_000;

  private final Pattern pattern;
  private int steps = STEPS;

  private Search(Pattern pattern) {
    this.pattern = pattern;
  }

  /** One search; its budget is for all texts that it is given. */
  static Search of(String pattern) throws Hopeless {
    try {
      return new Search(Pattern.compile(pattern));
    } catch (PatternSyntaxException e) {
      throw new Hopeless(
          "/%s/ is not a regular expression: %s".formatted(pattern, e.getDescription()));
    }
  }

  /** Looks at the first 4 KiB of a line. */
  boolean finds(String line) throws Hopeless {
    return findsIn(line.substring(0, Math.min(line.length(), LONGEST_LINE)));
  }

  /** Looks at all of a text, whose length the caller has bounded. */
  boolean findsIn(CharSequence text) throws Hopeless {
    try {
      return pattern.matcher(new Metered(text)).find();
    } catch (Spent | StackOverflowError _) {
      // the JDK's matcher recurses on (a|b)* and the like
      throw new Hopeless("/%s/ takes too long to look for; make it simpler".formatted(pattern));
    }
  }

  private final class Metered implements CharSequence {
    private final CharSequence text;

    Metered(CharSequence text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      if (--steps < 0) {
        throw new Spent();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }

  private static final class Spent extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Spent() {
      super("spent", null, false, false);
    }
  }

  /** The pattern cannot be looked for. */
  static final class Hopeless extends Exception {
    private static final long serialVersionUID = 1L;

    private final String why;

    Hopeless(String why) {
      super(why);
      this.why = why;
    }

    String why() {
      return why;
    }
  }
}
