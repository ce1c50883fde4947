package io.fleetinstaller.cli;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.repo.Holder;
import io.fleetinstaller.repo.Outcome;
import io.fleetinstaller.repo.PublicPart;
import io.fleetinstaller.repo.Workplace;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The working folder that a verb of {@code repo} is about, and how it answers. */
final class RepoPlace {
  private static final int LARGEST = 1 << 16;

  @Mixin private PassphraseOptions passphrases = new PassphraseOptions();

  @Parameters(index = "0", paramLabel = "DIR", description = "The working folder.")
  private Path directory = Path.of("");

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description =
          "A private key to sign with that is not in DIR/keys; its .pub lies beside it."
              + " May be repeated.")
  private List<Path> keys = new ArrayList<>();

  @Option(names = "--json", description = "What was done, for scripts.")
  private boolean json;

  Path directory() {
    return directory;
  }

  Workplace open(Session session) throws Fault {
    return new Workplace(
        new DurableDisk(),
        directory.toAbsolutePath().normalize(),
        session.time().now(),
        new Holder(passphrases.passphrases(session), keys));
  }

  static List<PublicPart> keys(Workplace place, List<String> names) throws Fault {
    List<PublicPart> parts = new ArrayList<>();
    for (String name : names) {
      parts.add(place.key(name));
    }
    return parts;
  }

  /** All of a small file that the command line names. */
  static byte[] bytes(Path file) throws Refused {
    try {
      byte[] bytes = Bounded.read(file, LARGEST);
      if (bytes.length > LARGEST) {
        throw new Refused(
            ReasonCode.BAD_REQUEST,
            "cannot read %s: it is larger than %d bytes; name the right file"
                .formatted(file, LARGEST));
      }
      return bytes;
    } catch (NoSuchFileException _) {
      throw new Refused(
          ReasonCode.NOT_FOUND, "cannot read %s: there is no such file".formatted(file));
    } catch (IOException e) {
      throw new Refused(
          ReasonCode.BAD_REQUEST, "cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }

  /** Does this while no other command changes the folder. */
  int change(Session session, Workplace.Work work) throws Fault, InterruptedException {
    return answer(session, open(session).alone(work));
  }

  int answer(Session session, Outcome outcome) {
    return answer(session, String.join("\n", outcome.lines()) + "\n", outcome.tree());
  }

  int answer(Session session, String text, Map<String, Object> tree) {
    session.terminal().out().print(json ? Json.pretty(tree) + "\n" : text);
    return 0;
  }
}
