package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.repo.Initiation;
import io.fleetinstaller.repo.Lifetimes;
import io.fleetinstaller.repo.Outcome;
import io.fleetinstaller.repo.PublicPart;
import io.fleetinstaller.repo.Publication;
import io.fleetinstaller.repo.Scheme;
import io.fleetinstaller.repo.Workplace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code repo init}. */
@Command(
    name = "init",
    description = {
      "Makes a signed repository: keys in DIR/keys, what a web server serves in DIR/public.",
      "Hosts trust it by its first root, DIR/public/metadata/1.root.json."
    },
    mixinStandardHelpOptions = true)
final class RepoInitCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoPlace place = new RepoPlace();

  @Option(
      names = "--root-keys",
      paramLabel = "N",
      description = "How many root keys are made here. Default: ${DEFAULT-VALUE}.")
  private int rootKeys = 3;

  @Option(
      names = "--root-threshold",
      paramLabel = "N",
      description = "How many must sign a root. Default: ${DEFAULT-VALUE}.")
  private int rootThreshold = 2;

  @Option(
      names = "--root-key",
      paramLabel = "PUB",
      description = "The public half of a root key that somebody else holds. May be repeated.")
  private List<String> others = new ArrayList<>();

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "ed25519, ecdsa or rsa. Default: ed25519.")
  private Scheme scheme = Scheme.ED25519;

  @Option(
      names = "--bare-online-keys",
      description = "No passphrase on the keys of snapshot and timestamp, for a timer.")
  private boolean bareOnline;

  @Option(names = "--root-lifetime", paramLabel = "365d", description = "Of a root.")
  private @Nullable Duration root;

  @Option(
      names = "--targets-lifetime",
      paramLabel = "90d",
      description = "Of what targets, publishers and operators sign.")
  private @Nullable Duration targets;

  @Option(names = "--snapshot-lifetime", paramLabel = "14d", description = "Of a snapshot.")
  private @Nullable Duration snapshot;

  @Option(names = "--timestamp-lifetime", paramLabel = "3d", description = "Of a timestamp.")
  private @Nullable Duration timestamp;

  RepoInitCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    Workplace folder = place.open(session);
    Outcome made = new Initiation(folder).init(wish(RepoPlace.keys(folder, others)));
    boolean whole = new Publication(folder).complete();
    Outcome outcome =
        whole ? made.then(folder.alone(it -> new Publication(it).publish(false, false))) : made;
    return place.answer(
        session,
        outcome.line(
            "hosts trust %s".formatted(place.directory().resolve("public/metadata/1.root.json"))));
  }

  private Initiation.Wish wish(List<PublicPart> held) throws Refused {
    try {
      return new Initiation.Wish(lifetimes(), scheme, rootKeys, rootThreshold, held, bareOnline);
    } catch (IllegalArgumentException e) {
      throw new Refused(
          ReasonCode.BAD_REQUEST, "cannot make a repository: %s".formatted(e.getMessage()));
    }
  }

  private Lifetimes lifetimes() {
    Lifetimes usual = Lifetimes.DEFAULT;
    return new Lifetimes(
        root == null ? usual.root() : root,
        targets == null ? usual.targets() : targets,
        snapshot == null ? usual.snapshot() : snapshot,
        timestamp == null ? usual.timestamp() : timestamp);
  }
}
