package io.fleetinstaller.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.release.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The labels that Debian's policy has for the paths below a folder, as if that were the root
 * directory: set and looked at by {@code setfiles}, which {@code restorecon} is another name of,
 * but which works where the kernel runs without SELinux, too.
 */
public final class RealLabels implements Programs {
  private static final Path POLICY = Path.of("/etc/selinux/default/contexts/files/file_contexts");
  private static final String NAME = "security.selinux";

  private final Path root;
  private final Programs programs = new ChildPrograms();

  /**
   * @param root without links on the way to it
   */
  public RealLabels(Path root) throws IOException {
    this.root = root;
    Needs.root();
    Needs.the(
        Files.exists(Path.of("/usr/sbin/setfiles")) && Files.exists(POLICY),
        "policycoreutils and selinux-policy-default");
  }

  public Labels labels() {
    return new Labels(this, () -> true);
  }

  @Override
  public Result run(Call call) throws Fault, InterruptedException {
    List<String> words = new ArrayList<>(List.of("/usr/sbin/setfiles", "-r", root.toString()));
    List<String> options = call.argv().stream().filter(word -> word.startsWith("-")).toList();
    // It goes through trees anyhow.
    options.stream().filter(option -> !List.of("-R", "-i").contains(option)).forEach(words::add);
    words.add(POLICY.toString());
    call.argv().stream().skip(1).filter(word -> !word.startsWith("-")).forEach(words::add);
    return programs.run(new Call(words, call.environment(), "", call.timeout()));
  }

  /** The type in the label of a file or link, e.g. {@code bin_t}; empty if it has none. */
  public static Optional<String> type(Path path) throws IOException {
    return Native.xattr(path, NAME).map(label -> new String(label, UTF_8).split(":", -1)[2]);
  }

  /** Gives a file or link a label of this type. */
  public static void type(Path path, String type) throws IOException {
    byte[] label = "system_u:object_r:%s:s0\0".formatted(type).getBytes(UTF_8);
    new FileScratch()
        .attributes(path, new Scratch.Attributes(null, null, null, Map.of(NAME, label)));
  }
}
