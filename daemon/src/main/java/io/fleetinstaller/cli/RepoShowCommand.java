package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.repo.Showing;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code repo show}. */
@Command(
    name = "show",
    description = "Shows each role: who signs, what is published, what is drafted.",
    mixinStandardHelpOptions = true)
final class RepoShowCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();

  RepoShowCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    Showing showing = new Showing(place.open(session));
    Table table = new Table().row("ROLE", "PUBLISHED", "DRAFT", "KEYS");
    for (Showing.Row row : showing.rows()) {
      table.row(
          row.role(),
          row.published().isEmpty() ? "never" : row.published(),
          row.missing() > 0 ? "%s, %d to sign".formatted(row.draft(), row.missing()) : row.draft(),
          "%d of %s".formatted(row.threshold(), String.join(", ", row.keys())));
      row.paths().forEach(path -> table.row("", "  " + path));
    }
    return place.answer(session, table.text(), showing.tree());
  }
}
