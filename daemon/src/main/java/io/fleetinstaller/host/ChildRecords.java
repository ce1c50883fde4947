package io.fleetinstaller.host;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Listing;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.release.PackageName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which processes are our children, on disk, as {@code children/<package>/<service>} with pid and
 * start time: what a daemon that was killed leaves behind is found again and ended. Should all
 * records be lost, the children bear a variable that names our state directory, and run what lies
 * in a slot. Thread-safe.
 */
final class ChildRecords {
  private static final Logger LOG = LoggerFactory.getLogger(ChildRecords.class);

  private static final String SIGN = "FLEET_INSTALLER_SUPERVISOR";
  private static final String PID = "[0-9]{1,18}";
  private static final int LIMIT = 4096;

  private final Path directory;
  private final HostContext context;

  ChildRecords(HostContext context) {
    this.context = context;
    this.directory = context.state().resolve("children");
  }

  synchronized void add(PackageName name, String service, ProcessHandle child) throws IOException {
    Quarantine.directory(context.disk(), directory.resolve(name.value()), 0700);
    Quarantine.clear(context.disk(), file(name, service));
    String record = "pid=%d\nstarted=%s\n".formatted(child.pid(), started(child));
    context.disk().replace(file(name, service), record.getBytes(UTF_8), 0600);
  }

  synchronized void remove(PackageName name, String service) throws IOException {
    context.disk().delete(file(name, service));
  }

  /** What our children have among their variables. */
  Map<String, String> sign() {
    return Map.of(SIGN, context.state().toAbsolutePath().toString());
  }

  /**
   * Ends, at once, every process of ours that still runs, with its whole session. A record that
   * cannot be read or taken away keeps no other from being followed.
   */
  synchronized void endAll() throws IOException {
    List<Path> files = new ArrayList<>();
    if (mayLack(files)) {
      unrecorded().forEach(ChildRecords::endUnrecorded);
    }
    for (Path file : files) {
      try {
        end(file);
      } catch (IOException e) {
        LOG.warn("cannot take {} away: {}", file, e.getMessage());
      }
    }
  }

  /**
   * Finds the records. What stands where a folder of them should be is set aside.
   *
   * @return whether some may be lost
   */
  private boolean mayLack(List<Path> files) throws IOException {
    if (isNoFolder(directory)) {
      return true;
    }
    boolean lost = false;
    for (Path folder : Listing.of(directory)) {
      if (!Quarantine.holds(folder)) {
        lost |= isNoFolder(folder) || !isListed(folder, files);
      }
    }
    return lost;
  }

  private static boolean isListed(Path folder, List<Path> files) {
    try {
      Listing.of(folder).stream()
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .filter(file -> !Quarantine.holds(file))
          .forEach(files::add);
      return true;
    } catch (IOException e) {
      LOG.warn("cannot read the records in {}: {}", folder, e.getMessage());
      return false;
    }
  }

  private boolean isNoFolder(Path folder) {
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try {
      if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        Quarantine.put(context.disk(), folder, "it is no directory");
      }
    } catch (IOException e) {
      LOG.warn("cannot set {} aside: {}", folder, e.getMessage());
    }
    return true;
  }

  private void end(Path file) throws IOException {
    String record = read(file);
    if (!value(record, "pid").matches(PID)) {
      Quarantine.put(context.disk(), file, "it names no process");
      return;
    }
    Optional<ProcessHandle> stray = find(record);
    if (stray.isPresent()) {
      LOG.info("ending {} (pid {}), left by a daemon that was killed", file, stray.get().pid());
      end(stray.get());
    }
    context.disk().delete(file);
  }

  private static void endUnrecorded(ProcessHandle stray) {
    LOG.warn("ending pid {}, left by a daemon that was killed and lost its records", stray.pid());
    end(stray);
  }

  /** What runs from a slot and bears our sign, but for whoever started us. */
  private List<ProcessHandle> unrecorded() {
    String sign = SIGN + "=" + sign().get(SIGN);
    Set<Long> spared = new HashSet<>();
    for (Optional<ProcessHandle> at = Optional.of(ProcessHandle.current());
        at.isPresent();
        at = at.get().parent()) {
      spared.add(at.get().pid());
    }
    return ProcessHandle.allProcesses()
        .filter(process -> !spared.contains(process.pid()))
        .filter(process -> isOfSlot(process.pid()))
        .filter(process -> Proc.sharesFiles(process.pid()))
        .filter(process -> Proc.environment(process.pid()).contains(sign))
        .toList();
  }

  private boolean isOfSlot(long pid) {
    Path packages = Proc.resolved(context.packages());
    return Proc.running(pid, packages, context.time().now())
        .filter(program -> program.startsWith(packages))
        .isPresent();
  }

  /** Whatever the bytes are: what is no record has no pid. */
  private static String read(Path file) throws IOException {
    return new String(Bounded.read(file, LIMIT), ISO_8859_1);
  }

  /** Kills a process and everything that it started. */
  static void end(ProcessHandle process) {
    List<ProcessHandle> kin = new ArrayList<>(process.descendants().toList());
    process.destroyForcibly();
    Proc.session(process.pid()).forEach(kin::add);
    kin.remove(ProcessHandle.current());
    kin.forEach(ProcessHandle::destroyForcibly);
  }

  private static Optional<ProcessHandle> find(String record) {
    String pid = value(record, "pid");
    return ProcessHandle.of(Long.parseLong(pid))
        .filter(ProcessHandle::isAlive)
        .filter(process -> started(process).equals(value(record, "started")));
  }

  private static String value(String record, String key) {
    return record
        .lines()
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1))
        .findFirst()
        .orElse("");
  }

  private static String started(ProcessHandle process) {
    return Proc.started(process.pid())
        .or(() -> process.info().startInstant().map(Object::toString))
        .orElse("unknown");
  }

  private Path file(PackageName name, String service) {
    return directory.resolve(name.value()).resolve(service);
  }
}
