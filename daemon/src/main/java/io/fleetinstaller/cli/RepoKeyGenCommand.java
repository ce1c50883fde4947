package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.repo.Scheme;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code repo key gen}. */
@Command(
    name = "gen",
    description = "Makes a key: FILE, PKCS#8 under a passphrase, and its public half beside it.",
    mixinStandardHelpOptions = true)
final class RepoKeyGenCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoKeyPlace place = new RepoKeyPlace();

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "ed25519, ecdsa or rsa. Default: ed25519.")
  private Scheme scheme = Scheme.ED25519;

  @Option(names = "--bare", description = "Without a passphrase, for a timer.")
  private boolean bare;

  RepoKeyGenCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    return place.answer(session, place.making(session).generate(place.name(), scheme, bare));
  }
}
