package io.fleetinstaller.cli;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;

/** What {@code doctor} shows: a line per check, and under it what to do. Pure. */
final class CheckupText {
  private CheckupText() {}

  static String of(Document checkup, boolean coloured) throws Refused {
    StringBuilder text = new StringBuilder();
    for (Document check : checkup.objects("checks")) {
      String level = check.text("level");
      text.append(State.show(level, coloured))
          .repeat(" ", 6 - level.length())
          .append(check.text("what"))
          .append(": ")
          .append(Texts.plain(check.text("finding")))
          .append('\n');
      if (!check.text("todo").isEmpty()) {
        text.append("      ").append(check.text("todo")).append('\n');
      }
    }
    return text.toString();
  }
}
