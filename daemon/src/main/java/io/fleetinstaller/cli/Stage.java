package io.fleetinstaller.cli;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.release.Fault.Refused;
import java.time.Duration;

/**
 * How far an upgrade is.
 *
 * @param done bytes, or milliseconds while observing
 */
record Stage(String step, long attempt, long done, long total) {

  /** Of an open upgrade, as status has it. */
  static Stage of(Document upgrade) throws Refused {
    return of(upgrade, upgrade.object("progress"));
  }

  /** Of a job. */
  static Stage ofJob(Document stage) throws Refused {
    return of(stage, stage);
  }

  private static Stage of(Document step, Document progress) throws Refused {
    return new Stage(
        step.text("step"),
        step.number("attempt", 0, Integer.MAX_VALUE),
        progress.number("done", 0, Long.MAX_VALUE),
        progress.number("total", 0, Long.MAX_VALUE));
  }

  /** 0 to 100; nothing but a guess is -1. */
  int percent() {
    return total > 0 ? (int) Math.min(100, 100.0 * done / total) : -1;
  }

  String text() {
    String again = attempt > 1 ? ", try " + attempt : "";
    if (percent() >= 0) {
      return "%s %d %%, %s of %s%s".formatted(step, percent(), amount(done), amount(total), again);
    }
    return done > 0 ? "%s, %s%s".formatted(step, amount(done), again) : step + again;
  }

  String amount(long value) {
    return step.startsWith("observe") ? Texts.span(Duration.ofMillis(value)) : Sizes.text(value);
  }
}
