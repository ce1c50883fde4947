package io.fleetinstaller.cli;

import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.repo.Outcome;
import io.fleetinstaller.repo.Renewal;
import io.fleetinstaller.repo.RoleName;
import io.fleetinstaller.repo.Signing;
import io.fleetinstaller.repo.Workplace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code repo sign}. */
@Command(
    name = "sign",
    description = "Signs what is drafted with every key that is here and may.",
    mixinStandardHelpOptions = true)
final class RepoSignCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "Only the draft of this role. May be repeated.")
  private List<RoleName> roles = new ArrayList<>();

  @Option(
      names = "--renew",
      paramLabel = "ROLE",
      description = "First drafts this role as it is, with a new lifetime. May be repeated.")
  private List<RoleName> renew = new ArrayList<>();

  RepoSignCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    Workplace folder = place.open(session);
    Signing signing = new Signing(folder);
    SortedMap<RoleName, Digest> drafts = signing.drafts(roles);
    SortedMap<RoleName, List<String>> changes = signing.changes(roles);
    changes.forEach((role, lines) ->
        lines.forEach(
            change -> session.terminal().err().println(Texts.plain(role + ": " + change))));
    signing.open(roles, renew);
    return place.answer(session, folder.alone(it -> sign(it, drafts)).with("changes", changes));
  }

  private Outcome sign(Workplace folder, SortedMap<RoleName, Digest> told) throws Fault {
    if (!new Signing(folder).drafts(roles).equals(told)) {
      throw new Fault.Transient(
          ReasonCode.CONFLICT, "cannot sign: the drafts have changed meanwhile; try again");
    }
    Outcome outcome = new Outcome(List.of(), Map.of());
    for (RoleName role : renew) {
      outcome = outcome.then(new Renewal(folder).renew(role));
    }
    return outcome.then(new Signing(folder).sign(roles));
  }
}
