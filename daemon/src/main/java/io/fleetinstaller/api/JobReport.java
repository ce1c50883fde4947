package io.fleetinstaller.api;

import io.fleetinstaller.release.Reason;
import io.fleetinstaller.report.Nouns;
import io.fleetinstaller.report.Tree;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A job at one moment.
 *
 * @param seq grows with every change; a client asks for what came after it
 */
public record JobReport(
    String id,
    Command command,
    Instant began,
    long seq,
    Stage stage,
    List<Line> lines,
    Optional<End> end) {

  /**
   * What it does now.
   *
   * @param step empty before the first
   * @param done bytes or milliseconds
   * @param total 0 when nobody knows
   */
  public record Stage(String step, int attempt, long done, long total) {
    static final Stage NONE = new Stage("", 0, 0, 0);

    Tree tree() {
      return new Tree()
          .put("step", step)
          .put("attempt", attempt)
          .put("done", done)
          .put("total", total);
    }
  }

  /** One sentence of what happened. */
  public record Line(long seq, Instant at, String text) {
    Tree tree() {
      return new Tree().put("seq", seq).put("at", at).put("text", text);
    }
  }

  /** How it ended. */
  public record End(Ending ending, Reason reason, Instant at) {
    Tree tree() {
      return new Tree()
          .put("ending", ending.text())
          .put("at", at)
          .put("reason", Nouns.reason(reason));
    }
  }

  private String state() {
    return end.map(how -> how.ending() == Ending.DONE ? "done" : "failed").orElse("running");
  }

  public Tree tree() {
    Tree tree = Tree.document().put("id", id).put("verb", command.verb().text());
    command.name().ifPresent(name -> tree.put("package", name.value()));
    return tree.put("by", command.by())
        .put("state", state())
        .put("began", began)
        .put("seq", seq)
        .put("stage", stage.tree())
        .objects("lines", lines, Line::tree)
        .put("end", end, End::tree);
  }
}
