package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.repo.KeyMaking;
import io.fleetinstaller.repo.Outcome;
import io.fleetinstaller.repo.Token;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code repo key import}. */
@Command(
    name = "import",
    description = {
      "Takes over a key that was made elsewhere: ed25519, ECDSA on P-256, or RSA.",
      "Either a PKCS#8 file, or a token that the JDK reaches through PKCS#11."
    },
    mixinStandardHelpOptions = true)
final class RepoKeyImportCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private RepoKeyPlace place = new RepoKeyPlace();

  @Option(names = "--from", paramLabel = "PEM", description = "The private key, PKCS#8.")
  private @Nullable Path from;

  @Option(
      names = "--public",
      paramLabel = "PEM",
      description = "Its public half; an RSA key goes without.")
  private @Nullable Path publicHalf;

  @Option(
      names = "--pkcs11",
      paramLabel = "FILE",
      description = "The JDK's description of a token: name, library, slot.")
  private @Nullable Path pkcs11;

  @Option(
      names = "--alias",
      paramLabel = "LABEL",
      description = "What key and certificate are called on the token.")
  private String alias = "";

  RepoKeyImportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    return place.answer(session, taken(place.making(session)));
  }

  private Outcome taken(KeyMaking making) throws Fault {
    if (from != null && pkcs11 == null) {
      Optional<byte[]> half =
          publicHalf == null ? Optional.empty() : Optional.of(RepoPlace.bytes(publicHalf));
      return making.take(place.name(), RepoPlace.bytes(from), half);
    }
    if (from == null && pkcs11 != null && !alias.isEmpty()) {
      return making.take(place.name(), new Token(pkcs11, alias));
    }
    throw new Refused(
        ReasonCode.BAD_REQUEST, "cannot import a key: give either --from, or --pkcs11 and --alias");
  }
}
