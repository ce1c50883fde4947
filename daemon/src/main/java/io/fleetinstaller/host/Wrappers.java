package io.fleetinstaller.host;

import io.fleetinstaller.release.Descriptor.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The programs of util-linux that stand in front of a child: {@code setsid}, so that everything it
 * starts can be found and ended with it, and {@code setpriv}, so that it runs as its own user. Both
 * replace themselves by the next program: no process stays between us and the child. {@code
 * setpriv} and not {@code runuser}, which would stay as a parent and open a PAM session.
 *
 * @param root whether the daemon may change users at all; if not, children run as its own user
 */
record Wrappers(Optional<Path> setsid, Optional<Path> setpriv, boolean root) {

  /** Those of this machine. */
  static Wrappers found() {
    boolean root = "root".equals(System.getProperty("user.name"));
    return new Wrappers(find("setsid"), find("setpriv"), root);
  }

  List<String> inFront(Command command) {
    List<String> words = new ArrayList<>();
    setsid.ifPresent(path -> words.add(path.toString()));
    if (changesUser(command)) {
      String user = String.valueOf(command.user());
      words.addAll(
          List.of(
              setpriv.map(Path::toString).orElse("setpriv"),
              "--reuid=" + user,
              "--regid=" + user,
              "--init-groups",
              "--"));
    }
    return words;
  }

  /** Whether the service must have a user other than ours. */
  boolean changesUser(Command command) {
    return root && command.user() != null && !"root".equals(command.user());
  }

  /** Whether these words are still those of a wrapper, not yet those of the service. */
  boolean stillWrapped(List<String> words) {
    return !words.isEmpty()
        && Stream.concat(setsid.stream(), setpriv.stream())
            .map(Path::toString)
            .anyMatch(words.getFirst()::equals);
  }

  private static Optional<Path> find(String program) {
    return Set.of("/usr/bin", "/bin").stream()
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
