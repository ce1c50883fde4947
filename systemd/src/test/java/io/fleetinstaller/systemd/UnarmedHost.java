package io.fleetinstaller.systemd;

import static io.fleetinstaller.systemd.GuardedHost.AGENT;
import static io.fleetinstaller.systemd.GuardedHost.UNIT;
import static io.fleetinstaller.systemd.GuardedHost.whole;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Behaviour;
import io.fleetinstaller.host.Guard;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.SlotsOnDisk;
import io.fleetinstaller.io.ChildPrograms;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Real files of a host that has two copies of agent and nothing armed, the guard's script, and a
 * systemctl that listens.
 */
final class UnarmedHost {
  static final String OTHER = "agent-helper.service";
  private static final String RESERVE = "\0".repeat(1000);

  final Path etc;
  final SystemdGuard guard;
  final SlotsOnDisk slots;
  final Slot old;
  final Slot next;

  /** What the guard said to systemctl, other than by its script. */
  final List<String> asked = new ArrayList<>();

  private final Path root;
  private final Path journal;

  UnarmedHost(Path root) throws Exception {
    this.root = root;
    etc = Files.createDirectories(root.resolve("etc"));
    journal = root.resolve("journal");
    Files.writeString(journal, "0123abcd {\"format\":1}\n" + RESERVE);
    Path packages = root.resolve("packages");
    slots = new SlotsOnDisk(packages);
    old = whole(slots.slot(AGENT, "1.0", Map.of(UNIT, Behaviour.SERVES)));
    next = whole(slots.slot(AGENT, "2.0", Map.of(UNIT, Behaviour.SERVES, OTHER, Behaviour.SERVES)));
    slots.point(old);
    Files.writeString(etc.resolve(UNIT), "[Service]\n# of 1.0\n");
    guard =
        new SystemdGuard(
            new HostContext(packages, root.resolve("state"), new DurableDisk(), new FakeTime()),
            this::systemctl,
            new Deadline.Places(etc, root.resolve("run")));
  }

  void arm(Optional<Slot> from, Optional<Slot> to) throws Exception {
    guard.arm(new Guard.Charge("00000001", AGENT, journal, from, to));
  }

  /** What SWITCH does to files. */
  void switchTo(Slot slot) throws IOException {
    slots.point(slot);
    for (var service : slot.descriptor().services()) {
      Files.writeString(etc.resolve(service.name()), "[Service]\n# of another\n");
    }
  }

  void tell(String lines) throws IOException {
    Files.writeString(journal, "0123abcd {\"format\":1}\n" + lines + RESERVE);
  }

  List<String> lines(String key) throws IOException {
    return Files.readAllLines(root.resolve("state/armed/agent")).stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(key.length()))
        .toList();
  }

  String current() throws IOException {
    return Files.readSymbolicLink(old.current()).toString();
  }

  /** Runs the script to its end; what it said to systemctl. */
  String script(String... words) throws Exception {
    Path calls = root.resolve("bin/calls");
    Files.deleteIfExists(calls);
    assertThat(start(words).waitFor()).isZero();
    return Files.exists(calls) ? Files.readString(calls) : "";
  }

  Process start(String... words) throws Exception {
    install();
    List<String> command = new ArrayList<>(List.of("/bin/sh", script().toString()));
    command.addAll(List.of(words));
    return new ProcessBuilder(command).inheritIO().start();
  }

  /**
   * The script itself, with another systemctl first on its path and another place for its notes.
   */
  private void install() throws Exception {
    Path bin = Files.createDirectories(root.resolve("bin"));
    Path systemctl = bin.resolve("systemctl");
    Files.writeString(
        systemctl,
        "#!/bin/sh\ncase $* in show*) cat %1$s/state ;; is-active*) exit 3 ;; *) echo \"$*\" >> %1$s/calls ;; esac\n"
            .formatted(bin));
    Files.setPosixFilePermissions(systemctl, PosixFilePermissions.fromString("rwx------"));
    if (!Files.exists(script())) {
      new GuardFiles(
              new HostContext(
                  root.resolve("packages"),
                  root.resolve("state"),
                  new DurableDisk(),
                  new FakeTime()),
              etc)
          .install();
    }
    Files.createDirectories(root.resolve("state/armed"));
    Files.createDirectories(root.resolve("state/fired"));
    String text = Files.readString(script());
    Files.writeString(
        script(),
        text.replace("PATH=/usr/sbin", "PATH=" + bin + ":/usr/sbin")
            .replace("run=/run", "run=" + root));
  }

  Path script() {
    return etc.resolve("fleet-installer-guard/guard");
  }

  /** Lets the script be tried, and hears what is said to systemctl. */
  private Programs.Result systemctl(Programs.Call call) throws Fault, InterruptedException {
    if (call.argv().getFirst().equals("/bin/sh")) {
      return new ChildPrograms().run(call);
    }
    asked.add(String.join(" ", call.argv()));
    boolean asksForState = call.argv().contains("show");
    return new Programs.Result(call, 0, false, asksForState ? "ActiveState=active\n" : "", "");
  }
}
