package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.repo.Stamping;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code repo timestamp}. */
@Command(
    name = "timestamp",
    description = {
      "Tells the hosts that what is published still counts. Meant for a timer, every few hours.",
      "Needs the timestamp key only; with the snapshot key it renews an old snapshot too."
    },
    mixinStandardHelpOptions = true)
final class RepoTimestampCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();

  RepoTimestampCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    return place.change(session, folder -> new Stamping(folder).stamp());
  }
}
