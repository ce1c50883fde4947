package io.fleetinstaller.repo;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.trust.Untrusted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever write a command dies at: the same command again goes on, and hosts follow. */
@Timeout(300)
class CrashTest {
  private static final RoleName OPERATORS = new RoleName("ops");

  @TempDir private Path temp;
  private final Map<String, Inspection> seen = new HashMap<>();

  @Test
  void making_a_repository_goes_on_after_a_crash_at_any_write() throws Exception {
    int writes = everywhere(List.of(CrashTest::make), Optional.empty());

    assertThat(writes).isEqualTo(25);
  }

  @Test
  void a_deployment_goes_on_after_a_crash_at_any_write() throws Exception {
    int writes =
        everywhere(
            List.of(
                workshop -> workshop.add("stable", "1.0"),
                workshop -> workshop.deploy("prod", "1.0"),
                Workshop::sign,
                Workshop::publish),
            Optional.of(made()));

    assertThat(writes).isEqualTo(12);
  }

  @Test
  void new_keys_and_roles_go_on_after_a_crash_at_any_write() throws Exception {
    int writes =
        everywhere(
            List.of(
                workshop -> rotate(workshop, RoleName.TIMESTAMP),
                CrashTest::delegate,
                Workshop::sign,
                Workshop::publish,
                workshop -> new Stamping(workshop.place()).stamp()),
            Optional.of(made()));

    assertThat(writes).isEqualTo(20);
  }

  private static void make(Workshop workshop) throws Exception {
    if (workshop.place().published().sheet(RoleName.TIMESTAMP).isEmpty()) {
      new Initiation(workshop.place()).init(Initiation.Wish.USUAL);
      workshop.publish();
    }
  }

  private static void rotate(Workshop workshop, RoleName role) throws Exception {
    new Rotation(workshop.place()).rotate(role, List.of(), List.of(), Optional.empty());
  }

  private static void delegate(Workshop workshop) throws Exception {
    Workplace place = workshop.place();
    PublicPart key =
        place.keyring().find("ops").isPresent()
            ? place.key("ops")
            : place.keyring().generate("ops", Scheme.ED25519, false);
    new Delegating(place).delegate(OPERATORS, List.of(key), 1, List.of(Delegating.group("prod")));
  }

  private Workshop made() throws Exception {
    return Workshop.open(temp.resolve("made"));
  }

  /** Runs the commands once for each write, and dies there; tells how many writes there are. */
  private int everywhere(List<Command> commands, Optional<Workshop> made) throws Exception {
    for (int at = 0; ; at++) {
      Path folder = temp.resolve("run-" + at);
      Workshop workshop = new Workshop(folder.resolve("repo"));
      workshop.seen = seen;
      if (made.isPresent()) {
        made.get().copy(workshop.folder);
      }
      DyingDisk disk = new DyingDisk(at);
      workshop.disk = disk;
      boolean died = false;
      for (Command command : commands) {
        try {
          command.run(workshop);
        } catch (DyingDisk.Dead _) {
          died = true;
          disk.revive();
          seenByHosts(workshop, folder.resolve("old-host"), true);
          command.run(workshop);
        }
      }
      disk.revive();
      assertThat(new Checking(workshop.place()).findings()).as("died at write %d", at).isEmpty();
      assertThat(workshop.place().current().drafted()).as("died at write %d", at).isEmpty();
      seenByHosts(workshop, folder.resolve("old-host"), false);
      if (!died) {
        return at;
      }
    }
  }

  // In the middle of a change of keys a host may have to wait, but it must never be lost.
  private static void seenByHosts(Workshop workshop, Path state, boolean dead) throws Exception {
    if (Files.exists(workshop.published("metadata/timestamp.json"))) {
      try {
        new Fleet(workshop, state, workshop.disk).poll();
      } catch (Untrusted e) {
        assertThat(dead).as("only until the command is given again: %s", e).isTrue();
      }
    }
  }

  private interface Command {
    void run(Workshop workshop) throws Exception;
  }
}
