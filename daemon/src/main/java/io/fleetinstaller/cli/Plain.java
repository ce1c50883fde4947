package io.fleetinstaller.cli;

import io.fleetinstaller.release.Fault;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Command lines that are understood without picocli: what monitoring asks for all day, and the
 * daemon's own. It takes longer to load than the daemon to answer, and would stay in the daemon's
 * memory. Every other form is the grammar's to judge.
 */
final class Plain {
  private final Set<String> flags = new HashSet<>();
  private final Map<String, Path> paths = new HashMap<>();

  private Plain() {}

  /** A verb with its options; the answer is the exit code. */
  @FunctionalInterface
  interface Verb {
    int run() throws Fault, InterruptedException;
  }

  static Optional<Verb> verb(Session session, String... args) {
    if (args.length == 0) {
      return Optional.empty();
    }
    Plain plain = new Plain();
    List<String> options = List.of(args).subList(1, args.length);
    return switch (args[0]) {
      case "status" ->
          plain.reads(options, Set.of("--json"), Set.of("--socket", "--config"))
              ? Optional.of(() -> plain.status(session).call())
              : Optional.empty();
      case "run" ->
          plain.reads(options, Set.of("--supervised"), Set.of("--config"))
              ? Optional.of(() -> plain.run(session).call())
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Whether there is nothing but these options, each once at most. */
  private boolean reads(List<String> options, Set<String> flagged, Set<String> valued) {
    for (int i = 0; i < options.size(); i++) {
      String option = options.get(i);
      boolean fresh;
      if (flagged.contains(option)) {
        fresh = flags.add(option);
      } else if (valued.contains(option) && i + 1 < options.size()) {
        i++;
        fresh = paths.putIfAbsent(option, Path.of(options.get(i))) == null;
      } else {
        fresh = false;
      }
      if (!fresh) {
        return false;
      }
    }
    return true;
  }

  private StatusCommand status(Session session) {
    Where where = new Where(paths.get("--socket"), paths.get("--config"));
    return new StatusCommand(session, new Question(where, flags.contains("--json")));
  }

  private RunCommand run(Session session) {
    return new RunCommand(session, paths.get("--config"), flags.contains("--supervised"));
  }
}
