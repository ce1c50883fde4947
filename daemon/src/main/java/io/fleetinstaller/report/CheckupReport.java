package io.fleetinstaller.report;

import java.time.Instant;
import java.util.List;

/** What {@code doctor} found. */
public record CheckupReport(Instant clock, List<Check> checks) {
  public CheckupReport {
    checks = List.copyOf(checks);
  }

  /**
   * One line of it.
   *
   * @param todo what a person should do; empty when all is well
   */
  public record Check(Level level, String what, String finding, String todo) {

    public static Check ok(String what, String finding) {
      return new Check(Level.OK, what, finding, "");
    }

    public static Check warn(String what, String finding, String todo) {
      return new Check(Level.WARN, what, finding, todo);
    }

    public static Check fail(String what, String finding, String todo) {
      return new Check(Level.FAIL, what, finding, todo);
    }

    Tree tree() {
      return new Tree()
          .put("level", Nouns.word(level))
          .put("what", what)
          .put("finding", finding)
          .put("todo", todo);
    }
  }

  /** How bad it is. */
  public enum Level {
    OK,
    /** Works, but something is not as it should be. */
    WARN,
    /** Upgrades fail, or will. */
    FAIL
  }

  public Tree tree() {
    return Tree.document().put("clock", clock).objects("checks", checks, Check::tree);
  }
}
