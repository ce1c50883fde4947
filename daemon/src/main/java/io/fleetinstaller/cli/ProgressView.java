package io.fleetinstaller.cli;

/**
 * Shows how far something is: one line that is drawn over for a person who looks on, else a line
 * for each step and each tenth of it. Not thread-safe.
 */
final class ProgressView {
  private static final int BAR = 24;
  private static final int TENTH = 10;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Terminal terminal;
  private String shown = "";
  private boolean drawn;

  ProgressView(Terminal terminal) {
    this.terminal = terminal;
  }

  void at(Stage stage) {
    if (stage.step().isEmpty()) {
      return;
    }
    if (terminal.interactive()) {
      draw(stage);
    } else {
      print(stage);
    }
  }

  /** A sentence that stays. */
  void line(String text) {
    clear();
    terminal.err().println(text);
  }

  void clear() {
    if (drawn) {
      terminal.err().print(CLEAR_LINE);
      terminal.err().flush();
      drawn = false;
    }
  }

  private void draw(Stage stage) {
    StringBuilder line = new StringBuilder(CLEAR_LINE);
    if (stage.percent() >= 0) {
      int full = BAR * stage.percent() / 100;
      line.append('[').repeat("#", full).repeat("-", BAR - full).append("] ");
    }
    terminal.err().print(line.append(stage.text()));
    terminal.err().flush();
    drawn = true;
  }

  private void print(Stage stage) {
    String mark = stage.step() + stage.attempt() + "/" + Math.floorDiv(stage.percent(), TENTH);
    if (!mark.equals(shown)) {
      shown = mark;
      terminal.err().println(stage.text());
    }
  }
}
