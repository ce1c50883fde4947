package io.fleetinstaller.diagnose;

import io.fleetinstaller.io.Redactor;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Goes through a text line by line, and knows of what came before a line. For one text only. */
final class Lines {
  private static final Pattern KEY_BEGINS = Pattern.compile("-----BEGIN [A-Z0-9 ]*PRIVATE KEY");
  private static final Pattern KEY_ENDS = Pattern.compile("-----END [A-Z0-9 ]*PRIVATE KEY");

  /** In lines, for the largest in use. */
  private static final int LONGEST_KEY = 200;

  /** Values of the environment, and what systemd hands to a service: never told. */
  private static final Pattern HANDED =
      Pattern.compile(
          "^\\s*(?:(?:Unset)?Environment|SetCredential\\w*|StandardInput(?:Text|Data))\\s*=");

  private static final Pattern COMMAND =
      Pattern.compile("^\\s*Exec(?:Start|Stop|Reload|Condition)\\w*\\s*=");

  /** A key of YAML; what is indented more than it is its value. */
  private static final Pattern KEY =
      Pattern.compile("^(\\s*)(?:- )?[\"']?([\\w.-]{1,200})[\"']?\\s*:");

  /** What is set in two lines, by its name; see {@link #VALUE}. */
  private static final Pattern NAME =
      Pattern.compile("^\\s*(?:- )?[\"']?name[\"']?\\s*:\\s*[\"']?([\\w.-]{1,200})[\"']?,?\\s*$");

  private static final Pattern VALUE = Pattern.compile("^(\\s*)[\"']?value[\"']?\\s*:\\s*");

  private final List<String> clean = new ArrayList<>();
  private State state = State.PLAIN;
  private CommandWords command = new CommandWords();
  private int depth;

  /** What the line before says of the next. */
  private enum State {
    PLAIN,
    PRIVATE_KEY,
    HANDED,
    COMMAND,
    NAME,
    BELOW_KEY
  }

  String clean(String text) {
    for (String line : Redactor.plain(text).split("\n", -1)) {
      add(line);
    }
    return String.join("\n", clean);
  }

  private void add(String line) {
    switch (state) {
      case PRIVATE_KEY -> state = KEY_ENDS.matcher(line).find() ? State.PLAIN : state;
      case HANDED -> state = isContinued(line) || isComment(line) ? state : State.PLAIN;
      case COMMAND -> command("", line);
      case NAME -> named(line);
      case BELOW_KEY -> {
        if (!isBelow(line)) {
          state = State.PLAIN;
          first(line);
        }
      }
      case PLAIN -> first(line);
    }
  }

  private void first(String line) {
    Matcher handed = HANDED.matcher(line);
    Matcher execute = COMMAND.matcher(line);
    Matcher key = KEY.matcher(line);
    if (KEY_BEGINS.matcher(line).find()) {
      clean.add(Secrets.MARK);
      state = KEY_ENDS.matcher(line).find() ? State.PLAIN : State.PRIVATE_KEY;
    } else if (KEY_ENDS.matcher(line).find()) {
      // Where it begins has been cut off.
      clean.subList(Math.max(0, clean.size() - LONGEST_KEY), clean.size()).clear();
      clean.add(Secrets.MARK);
    } else if (handed.find()) {
      clean.add(handed.group() + Secrets.MARK);
      state = isContinued(line) ? State.HANDED : State.PLAIN;
    } else if (execute.find()) {
      command = new CommandWords();
      command(execute.group(), line.substring(execute.end()));
    } else {
      clean.add(Secrets.hide(line));
      Matcher name = NAME.matcher(line);
      if (name.find() && Secrets.isKey(name.group(1))) {
        state = State.NAME;
      } else if (key.find() && Secrets.isKey(key.group(2))) {
        state = State.BELOW_KEY;
        depth = key.group(1).length();
      }
    }
  }

  private void named(String line) {
    state = State.PLAIN;
    Matcher value = VALUE.matcher(line);
    if (value.find()) {
      clean.add(value.group() + Secrets.MARK);
      state = State.BELOW_KEY;
      depth = value.group(1).length();
    } else {
      first(line);
    }
  }

  private void command(String begin, String words) {
    clean.add(Secrets.hide(begin + command.clean(words)));
    state = isContinued(words) || isComment(words) ? State.COMMAND : State.PLAIN;
  }

  private boolean isBelow(String line) {
    int blanks = line.length() - line.stripLeading().length();
    return line.isBlank() || blanks > depth || (blanks == depth && line.startsWith("-", blanks));
  }

  private static boolean isContinued(String line) {
    return line.stripTrailing().endsWith("\\");
  }

  private static boolean isComment(String line) {
    String text = line.stripLeading();
    return text.startsWith("#") || text.startsWith(";");
  }
}
