package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Behaviour;
import io.fleetinstaller.host.Guard;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.Kept;
import io.fleetinstaller.host.SlotsOnDisk;
import io.fleetinstaller.io.ChildPrograms;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Real files of a host on which agent 2.0 is on trial, the guard's script, and a fake systemctl.
 */
final class GuardedHost {
  /** What the script exits with when it was to look who is down. */
  static final int NOBODY = 3;

  static final PackageName AGENT = new PackageName("agent");
  static final String UNIT = "agent.service";
  static final String CONFIRM = "0123abcd {\"at\":\"x\",\"done\":\"CONFIRM\"}\n";
  static final String WELL = "0123abcd {\"at\":\"x\",\"well\":true}\n";
  static final String PAUSED = "0123abcd {\"at\":\"x\",\"paused\":true}\n";

  final Path root;
  final Path etc;
  final Path journal;
  final Path bin;
  final SystemdGuard guard;
  final Slot old;
  final Slot next;
  private final SlotsOnDisk slots;
  private final HostContext context;

  private GuardedHost(Path root, String oldUnit) throws IOException {
    this.root = root;
    this.etc = Files.createDirectories(root.resolve("etc"));
    this.bin = Files.createDirectories(root.resolve("bin"));
    this.journal = root.resolve("journal");
    this.slots = new SlotsOnDisk(root.resolve("packages"));
    this.old = whole(slots.slot(AGENT, "1.0", Map.of(oldUnit, Behaviour.SERVES)));
    this.next = whole(slots.slot(AGENT, "2.0", Map.of(UNIT, Behaviour.SERVES)));
    this.context =
        new HostContext(
            root.resolve("packages"), root.resolve("state"), new DurableDisk(), new FakeTime());
    this.guard = guard(GuardedHost::programs);
  }

  HostContext context() {
    return context;
  }

  /** The guard as the daemon has it that runs these programs. */
  SystemdGuard guard(Programs programs) {
    return new SystemdGuard(context, programs, new Deadline.Places(etc, root.resolve("run")));
  }

  /** Armed and switched, with these data kept; the journal says nothing yet of the candidate. */
  static GuardedHost onTrial(Path root, Kept... data) throws Exception {
    return onTrial(new GuardedHost(root.toRealPath(), UNIT), data);
  }

  /** The same of a first install. */
  static GuardedHost installing(Path root, Kept... data) throws Exception {
    GuardedHost host = new GuardedHost(root.toRealPath(), UNIT);
    return onTrial(host, Optional.empty(), data);
  }

  /** The same where the unit of the old copy had another name. */
  static GuardedHost renaming(Path root, String oldUnit) throws Exception {
    return onTrial(new GuardedHost(root.toRealPath(), oldUnit));
  }

  private static GuardedHost onTrial(GuardedHost host, Kept... data) throws Exception {
    host.slots.point(host.old);
    return onTrial(host, Optional.of(host.old), data);
  }

  private static GuardedHost onTrial(GuardedHost host, Optional<Slot> from, Kept... data)
      throws Exception {
    host.tell("");
    host.guard.arm(
        new Guard.Charge(
            "00000007", AGENT, host.journal, from, Optional.of(host.next), List.of(data)));
    host.slots.point(host.next);
    Files.writeString(host.etc.resolve(UNIT), "[Service]\n# of 2.0\n");
    host.fake();
    return host;
  }

  /** What is armed is the daemon's own package from now on; its record. */
  Path own() throws IOException {
    Path agents = root.resolve("state/armed/agent");
    Path own = agents.resolveSibling("fleet-installer");
    String record =
        Files.readString(agents)
            .replace("package=agent\n", "package=fleet-installer\n")
            .replace("candidate=agent.service", "candidate=fleet-installer.service")
            .replace("old=agent.service", "old=fleet-installer.service");
    Files.writeString(own, record);
    Files.delete(agents);
    return own;
  }

  /** What the daemon does to the link on its way back, and no more. */
  void switchBack() throws IOException {
    slots.point(old);
  }

  /** Lines of a journal from pairs of words: what was begun, done or failed. */
  static String steps(String pairs) {
    StringBuilder lines = new StringBuilder();
    String[] words = pairs.split(" ", -1);
    for (int i = 0; i + 1 < words.length; i += 2) {
      lines.append(
          "0123abcd {\"at\":\"x\",\"%s\":\"%s\",\"boot\":\"b\"}\n"
              .formatted(words[i], words[i + 1]));
    }
    return lines.toString();
  }

  void tell(String lines) throws IOException {
    Files.deleteIfExists(journal);
    Files.writeString(journal, "0123abcd {\"format\":1}\n" + lines + "\0".repeat(1000));
  }

  /** Runs the script to its end; its status, or -1 if it has none within 30 s. */
  int run(String... words) throws Exception {
    return run(Map.of(), words);
  }

  /** The same with what systemd tells it besides. */
  int run(Map<String, String> told, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/sh", script().toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(told);
    Process process = builder.start();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      // Whom it waits for as well: that keeps our own output open.
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      return -1;
    }
    return process.exitValue();
  }

  /** The machine goes down in good order, and comes up again. */
  void reboot() throws Exception {
    Files.writeString(bin.resolve("running"), "stopping\n");
    run("shutdown");
    powerOn();
  }

  void powerOn() throws Exception {
    Files.writeString(bin.resolve("running"), "starting\n");
    run("boot");
  }

  /** What somebody else does whenever systemctl is at this verb, in shell. */
  void meanwhile(String verb, String script) throws IOException {
    Files.writeString(bin.resolve("on-" + verb), script);
  }

  /** From now on systemctl fails at this verb, or does not. */
  void systemctlFails(String verb, boolean fails) throws IOException {
    Path sign = bin.resolve("fails-" + verb);
    if (fails) {
      Files.writeString(sign, "");
    } else {
      Files.deleteIfExists(sign);
    }
  }

  /** From now on the disk takes no rename to this place, or does. */
  void cannotMoveTo(Path place, boolean cannot) throws IOException {
    program(
        "mv",
        "case $* in *' %s') exit 1 ;; esac; PATH=/usr/bin:/bin exec mv \"$@\"\n"
            .formatted(cannot ? place : "nowhere"));
  }

  void unitIs(String properties) throws IOException {
    Files.writeString(bin.resolve("state"), properties.replace(" ", "\n") + "\n");
  }

  /** Of this unit, whatever is true of others. */
  void unitIs(String unit, String properties) throws IOException {
    Files.writeString(bin.resolve("state." + unit), properties.replace(" ", "\n") + "\n");
  }

  /** What happens whenever the guard waits, which takes no time here. */
  void whileAsleep(String script) throws IOException {
    program("sleep", script);
  }

  /** What the guard finds before the system's own. */
  private void program(String name, String script) throws IOException {
    Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  String current() throws IOException {
    return Files.readSymbolicLink(old.current()).toString();
  }

  boolean runs(Slot slot) throws IOException {
    return current().equals(slot.release().slotName());
  }

  boolean armed() {
    return Files.exists(root.resolve("state/armed/agent"), LinkOption.NOFOLLOW_LINKS);
  }

  String calls() throws IOException {
    Path calls = bin.resolve("calls");
    return Files.exists(calls) ? Files.readString(calls) : "";
  }

  Path token(String name) {
    return root.resolve("packages/.guard").resolve(name + ".agent");
  }

  List<String> lines(String key) throws IOException {
    return Files.readAllLines(root.resolve("state/armed/agent")).stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(key.length()))
        .toList();
  }

  private Path script() {
    return etc.resolve("fleet-installer-guard/guard");
  }

  private void fake() throws IOException {
    program(
        "systemctl",
        """
        cd %s && echo "$*" >> calls
        [ ! -e fails-$1 ] || exit 1
        [ ! -e on-$1 ] || . ./on-$1
        case $1 in show) cat "state.$2" 2> /dev/null || cat state ;; is-active) [ -e "active.$3" ] || exit 3 ;; is-system-running) cat running ;; esac
        """
            .formatted(bin));
    whileAsleep("");
    Files.createDirectories(root.resolve("state/fired"));
    String text = Files.readString(script());
    Files.writeString(
        script(),
        text.replace("PATH=/usr/sbin", "PATH=" + bin + ":/usr/sbin")
            .replace("run=/run", "run=" + root));
  }

  static Slot whole(Slot slot) throws IOException {
    Files.createDirectories(slot.path().resolve(".fleet-installer"));
    Files.writeString(slot.path().resolve(".fleet-installer/valid"), "{}");
    return slot;
  }

  /** Unreadable is a link that leads to itself: it can be neither read nor said to be nothing. */
  static void damage(Path path, String how) throws Exception {
    Files.deleteIfExists(path);
    switch (how) {
      case "a folder" -> Files.createDirectory(path);
      case "a pipe" -> pipe(path);
      case "unreadable" -> Files.createSymbolicLink(path, path.getFileName());
      case "empty" -> Files.createFile(path);
      default -> assertThat(path).doesNotExist();
    }
  }

  private static void pipe(Path path) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("mkfifo", path.toString()).inheritIO().start().waitFor())
        .isZero();
  }

  /** What the daemon does at an end, where the services run. */
  void disarm() throws Exception {
    guard(call -> new Programs.Result(call, 0, false, "ActiveState=active\n", "")).disarm(AGENT);
  }

  private static Programs.Result programs(Programs.Call call) throws Fault, InterruptedException {
    return call.argv().getFirst().equals("/bin/sh")
        ? new ChildPrograms().run(call)
        : new Programs.Result(call, 0, false, "", "");
  }
}
