package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.repo.Checking;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code repo check}. */
@Command(
    name = "check",
    description = {
      "Looks at DIR/public as a host does, now and tomorrow.",
      "Fails as soon as a role is past half of its life, while there is still time."
    },
    mixinStandardHelpOptions = true)
final class RepoCheckCommand implements Callable<Integer> {
  private static final int REFUSED = 2;

  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();

  RepoCheckCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    List<Reason> findings = new Checking(place.open(session)).findings();
    StringBuilder text = new StringBuilder();
    findings.forEach(each -> text.append(Texts.plain(each.toString())).append('\n'));
    if (findings.isEmpty()) {
      text.append("all is well\n");
    }
    place.answer(session, text.toString(), tree(findings));
    return findings.isEmpty() ? 0 : REFUSED;
  }

  private static Map<String, Object> tree(List<Reason> findings) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("well", findings.isEmpty());
    tree.put(
        "findings",
        findings.stream()
            .map(each -> Map.of("code", each.code().text(), "sentence", each.sentence()))
            .toList());
    return tree;
  }
}
