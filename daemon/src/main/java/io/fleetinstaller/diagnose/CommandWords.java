package io.fleetinstaller.diagnose;

import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Goes through a command word by word, over all of its lines. Told are the program, the names of
 * options, and plain paths, but not where they are the value of an option: nobody knows what it
 * means. For one command only.
 */
final class CommandWords {
  private static final Pattern OPTION = Pattern.compile("-[A-Za-z]|--[a-z][a-z-]*");

  /** The prefixes are those of systemd, in a unit and in what {@code systemctl show} says. */
  private static final Pattern PATH =
      Pattern.compile("[-+@:!|]*(?:(?:path|argv\\[\\])=)?(?:/[\\w.@%-]++)+/?");

  /** An option with such a word in its name is followed by the path of a file. */
  private static final Set<String> OF_FILES =
      Set.of("config", "conf", "cfg", "cfgpath", "file", "path", "dir", "log", "pid", "pidfile");

  private Before before = Before.BEGIN;

  /** What stands before a word. */
  private enum Before {
    BEGIN,
    PATH,
    OPTION,
    OPTION_OF_FILE,
    HIDDEN
  }

  /** The words of the next line, with the mark for each that is not told. */
  String clean(String words) {
    return Arrays.stream(words.split("\\s+")).map(this::word).collect(Collectors.joining(" "));
  }

  private String word(String word) {
    if (word.isEmpty() || word.equals("\\")) {
      return word;
    }
    boolean value = before == Before.OPTION || before == Before.HIDDEN;
    before = kind(word, value);
    return before == Before.HIDDEN ? Secrets.MARK : word;
  }

  private static Before kind(String word, boolean value) {
    if (Set.of("{", "}", ";").contains(word)) {
      return Before.BEGIN;
    }
    if (OPTION.matcher(word).matches()) {
      return isOfFile(word) ? Before.OPTION_OF_FILE : Before.OPTION;
    }
    return !value && PATH.matcher(word).matches() ? Before.PATH : Before.HIDDEN;
  }

  private static boolean isOfFile(String option) {
    return !Secrets.isKey(option)
        && !option.contains("key")
        && Arrays.stream(option.split("-")).anyMatch(OF_FILES::contains);
  }
}
