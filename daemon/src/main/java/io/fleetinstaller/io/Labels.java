package io.fleetinstaller.io;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The labels by which SELinux decides who may do what with a file: the host's policy has one for
 * every path, and the host's own program sets it. Where SELinux is off nothing is run. Thread-safe.
 */
public final class Labels {
  private static final String TOOL = "restorecon";

  /** In a container the one of the machine around it may be seen, but not be written to. */
  private static final Path KERNEL = Path.of("/sys/fs/selinux/context");

  private static final Path CONFIG = Path.of("/etc/selinux/config");

  /** It reads all of policy, and sets some ten thousand labels a second. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** Services may stand still meanwhile. */
  private static final Duration LIMIT_OF_A_FEW = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(Labels.class);

  private static final int MOST_EVIDENCE = 10;

  /** It warns of paths that policy has no label for, too: those are as they should be. */
  private static final String CHANGE = "Would relabel ";

  private final Programs programs;
  private final BooleanSupplier demanded;

  /**
   * @param demanded whether SELinux is on
   */
  public Labels(Programs programs, BooleanSupplier demanded) {
    this.programs = programs;
    this.demanded = demanded;
  }

  /** Those of this machine. */
  public static Labels ofThisMachine(Programs programs) {
    return new Labels(programs, Labels::areOnHere);
  }

  /** The programs that this machine needs for them. */
  public static List<String> tools() {
    return areOnHere() ? List.of(TOOL) : List.of();
  }

  /** As its own programs see it: without its config, or a kernel to write to, it is off. */
  private static boolean areOnHere() {
    return Files.isWritable(KERNEL) && Files.exists(CONFIG);
  }

  /** For who only reads. */
  public static Labels none() {
    return new Labels(
        call -> {
          throw new IllegalStateException("nobody demands labels: " + call.argv());
        },
        () -> false);
  }

  public boolean areDemanded() {
    return demanded.getAsBoolean();
  }

  /** Gives these paths, and all that is below them, their labels; what is not there is left out. */
  public void restore(List<Path> trees) throws Fault, InterruptedException {
    if (areDemanded() && !trees.isEmpty()) {
      run(new Task("label " + trees.getFirst(), LIMIT, List.of("-R", "-F")), trees);
    }
  }

  /**
   * Gives these paths, and nothing below them, their labels, if it can: what is made in a directory
   * has that one's, which is right for nearly all, and no way back may fail for it.
   */
  public void restoreOnly(List<Path> paths) throws InterruptedException {
    if (!areDemanded() || paths.isEmpty()) {
      return;
    }
    try {
      run(new Task("label " + paths.getFirst(), LIMIT_OF_A_FEW, List.of("-F")), paths);
    } catch (Fault fault) {
      LOG.warn("{}; it keeps the label that it has", fault.getMessage());
    }
  }

  /**
   * Changes nothing. Only types count: who made a file is part of its label, too.
   *
   * @throws Fault when anything of the tree has another label than it should
   */
  public void check(Path tree) throws Fault, InterruptedException {
    if (!areDemanded()) {
      return;
    }
    List<String> wrong =
        run(
                new Task("look at the labels of " + tree, LIMIT, List.of("-R", "-n", "-v")),
                List.of(tree))
            .output()
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith(CHANGE))
            .toList();
    if (!wrong.isEmpty()) {
      throw new Fault.Transient(
          new Reason(
              ReasonCode.WRONG_LABEL,
              "cannot run what is in %s: SELinux wants other labels there; run '%s -R -F %s', or see what its policy says"
                  .formatted(tree, TOOL, tree),
              wrong.subList(0, Math.min(wrong.size(), MOST_EVIDENCE))));
    }
  }

  private record Task(String doing, Duration limit, List<String> options) {}

  private Programs.Result run(Task task, List<Path> paths) throws Fault, InterruptedException {
    List<String> words = new ArrayList<>(List.of(TOOL, "-i"));
    words.addAll(task.options());
    paths.forEach(path -> words.add(path.toString()));
    try {
      return programs
          .run(Programs.Call.of(task.limit(), words.toArray(String[]::new)))
          .orFail(task.doing());
    } catch (Fault.Broken missing) {
      throw new Fault.Broken(
          ReasonCode.HOST_FAILED,
          "cannot %s: SELinux is on, and its programs are not here: %s; install policycoreutils"
              .formatted(task.doing(), missing.getMessage()));
    }
  }
}
