package io.fleetinstaller.systemd;

import static io.fleetinstaller.systemd.GuardedHost.AGENT;
import static io.fleetinstaller.systemd.GuardedHost.CONFIRM;
import static io.fleetinstaller.systemd.GuardedHost.UNIT;
import static io.fleetinstaller.systemd.GuardedHost.damage;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.host.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What cannot be read, asked or changed is taken for nothing: it stays armed and is tried again.
 */
final class GuardDoubtTest {
  @TempDir Path root;

  @Test
  void a_folder_where_the_link_should_be_makes_way() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Path link = aFolderForTheLink(host);

    assertThat(host.run("fire", "agent")).isZero();

    assertThat(host.runs(host.old)).isTrue();
    assertThat(host.armed()).isFalse();
    assertThat(link.resolveSibling("current.corrupt/mine")).hasContent("kept");
  }

  private static Path aFolderForTheLink(GuardedHost host) throws IOException {
    Path link = host.old.current();
    Files.delete(link);
    Files.writeString(Files.createDirectories(link).resolve("mine"), "kept");
    return link;
  }

  @Test
  void nothing_is_stopped_for_a_folder_that_does_not_make_way() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Path link = aFolderForTheLink(host);
    host.cannotMoveTo(link.resolveSibling("current.corrupt"), true);

    assertThat(host.run("fire", "agent")).isEqualTo(1);

    assertThat(host.armed()).isTrue();
    assertThat(host.calls()).doesNotContain("stop agent.service");
  }

  @Test
  void an_old_copy_that_cannot_be_looked_at_is_not_one_that_is_not_whole() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Path folder = host.old.path().resolve(".fleet-installer");
    Path away = Files.move(folder, root.resolve("away"));
    damage(folder, "unreadable");

    int unreadable = host.run("fire", "agent");
    boolean armed = host.armed();
    Files.delete(folder);
    Files.move(away, folder);
    int again = host.run("fire", "agent");

    assertThat(unreadable).isEqualTo(1);
    assertThat(armed).isTrue();
    assertThat(again).isZero();
    assertThat(host.runs(host.old)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Job=0\nResult=signal\n"})
  void a_systemd_that_does_not_answer_is_asked_again(String answer) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Files.writeString(host.bin.resolve("state"), answer);
    host.systemctlFails("show", answer.isEmpty());

    int unanswered = host.run("ended", "agent");
    boolean next = host.runs(host.next);
    Files.deleteIfExists(host.bin.resolve("fails-show"));
    host.unitIs("ActiveState=failed Job=0 Result=signal");
    int answered = host.run("ended", "agent");

    assertThat(unanswered).isEqualTo(1);
    assertThat(next).isTrue();
    assertThat(answered).isZero();
    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void whoever_looks_again_does_so_for_ever() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);

    for (String unit : new String[] {"ended", "guard"}) {
      assertThat(host.etc.resolve("fleet-installer-" + unit + "@.service"))
          .content()
          .contains("\nRestart=on-failure\n", "\nStartLimitIntervalSec=0\n", "\nRestartSec=10s\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fire", "ended", "boot"})
  void a_unit_file_that_cannot_be_put_back_keeps_it_armed(String verb) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.unitIs("ActiveState=failed Job=0 Result=signal");
    Path unit = host.etc.resolve(UNIT);
    Files.delete(unit);
    Files.createDirectories(unit.resolve("in-the-way"));

    int status = host.run(verb, "agent");
    boolean armed = host.armed();
    Files.delete(unit.resolve("in-the-way"));
    Files.delete(unit);
    int again = host.run("fire", "agent");

    assertThat(armed).isTrue();
    assertThat(status == 0).isEqualTo(!verb.equals("fire"));
    assertThat(host.calls().contains("start --no-block fleet-installer-guard@agent.service"))
        .isEqualTo(!verb.equals("fire"));
    assertThat(again).isZero();
    assertThat(unit).content().contains("agent/current/bin/agent.service");
    assertThat(host.runs(host.old)).isTrue();
    assertThat(host.armed()).isFalse();
  }

  @Test
  void a_drop_in_of_the_trial_that_stays_keeps_it_armed() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Path dropIn = Path.of(host.lines("dropin=").getFirst());
    Files.delete(dropIn);
    Files.createDirectories(dropIn.resolve("in-the-way"));

    int back = host.run("fire", "agent");
    host.tell(CONFIRM);
    int confirmed = host.run("fire", "agent");

    assertThat(back).isEqualTo(1);
    assertThat(confirmed).isEqualTo(1);
    assertThat(host.armed()).isTrue();
  }

  @Test
  void while_the_link_cannot_move_the_candidate_stays_on_trial() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Path dropIn = Path.of(host.lines("dropin=").getFirst());
    host.cannotMoveTo(host.old.current(), true);

    int stuck = host.run("fire", "agent");
    boolean onTrial = Files.exists(dropIn);
    boolean armed = host.armed() && host.guard.fired(AGENT).isEmpty();
    host.cannotMoveTo(host.old.current(), false);
    int free = host.run("fire", "agent");

    assertThat(stuck).isEqualTo(1);
    assertThat(onTrial).isTrue();
    assertThat(armed).isTrue();
    assertThat(free).isZero();
    assertThat(dropIn).doesNotExist();
    assertThat(host.runs(host.old)).isTrue();
  }

  @Test
  void a_systemd_that_has_not_read_the_old_units_keeps_it_armed() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.systemctlFails("daemon-reload", true);

    int unread = host.run("fire", "agent");
    host.systemctlFails("daemon-reload", false);
    int read = host.run("fire", "agent");

    assertThat(unread).isEqualTo(1);
    assertThat(read).isZero();
    assertThat(host.armed()).isFalse();
  }

  @Test
  void a_daemon_that_cannot_be_started_now_stays_armed_until_it_is() throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Path own = host.own();
    host.systemctlFails("start", true);

    int down = host.run("fire", "fleet-installer");
    boolean kept = Files.exists(own);
    host.systemctlFails("start", false);
    int up = host.run("fire", "fleet-installer");

    assertThat(down).isEqualTo(1);
    assertThat(kept).isTrue();
    assertThat(up).isZero();
    assertThat(own).doesNotExist();
    assertThat(host.calls()).containsOnlyOnce("stop fleet-installer.service");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fire", "ended"})
  void a_confirmed_daemon_that_cannot_be_started_now_stays_armed_until_it_is(String verb)
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    Path own = host.own();
    host.tell(GuardedHost.steps("begun OBSERVE") + GuardedHost.CONFIRM);
    host.unitIs("ActiveState=failed Job=0 Result=signal");
    host.systemctlFails("start", true);

    int down = host.run(verb, "fleet-installer");
    boolean kept = Files.exists(own);
    host.systemctlFails("start", false);
    int up = host.run(verb, "fleet-installer");

    assertThat(down).isEqualTo(1);
    assertThat(kept).isTrue();
    assertThat(up).isZero();
    assertThat(own).doesNotExist();
    assertThat(host.runs(host.next)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fire", "ended", "boot"})
  void the_old_copy_is_not_started_on_data_of_the_candidate(String verb) throws Exception {
    Path data = Files.createDirectories(root.toRealPath().resolve("var/agent"));
    Kept kept = Kept.of(data, "00000007");
    GuardedHost host = GuardedHost.onTrial(root, kept);
    host.unitIs("ActiveState=failed Job=0 Result=signal");
    Files.writeString(Files.createDirectories(kept.snapshot()).resolve("file"), "of 1.0");
    Files.writeString(data.resolve("file"), "of 2.0");
    Path place = data.getParent();
    Path away = Files.move(place, root.resolve("away"));
    damage(place, "unreadable");

    host.run(verb, "agent");
    boolean armed = host.armed();
    boolean started = host.calls().contains("start --no-block agent.service");
    Files.delete(place);
    Files.move(away, place);
    int again = host.run("fire", "agent");

    assertThat(armed).isTrue();
    assertThat(started).isFalse();
    assertThat(again).isZero();
    assertThat(host.calls()).contains("start --no-block agent.service");
    assertThat(data.resolve("file")).hasContent("of 1.0");
    assertThat(kept.aside().resolve("file")).hasContent("of 2.0");
    assertThat(host.runs(host.old)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fire", "ended", "boot"})
  void data_on_a_disk_that_is_not_mounted_is_not_taken_for_brought_back(String verb)
      throws Exception {
    Path data = Files.createDirectories(root.toRealPath().resolve("disk/agent"));
    GuardedHost host = GuardedHost.onTrial(root, Kept.of(data, "00000007"));
    host.unitIs("ActiveState=failed Job=0 Result=signal");
    Path record = root.resolve("state/armed/agent");
    String text = Files.readString(record);
    Files.writeString(record, "mount=" + data.getParent() + "\n" + text);

    int status = host.run(verb, "agent");
    boolean started = host.calls().contains("start --no-block agent.service");
    boolean next = host.runs(host.next);
    Files.writeString(record, "mount=/proc\n" + text);
    int mounted = host.run("fire", "agent");

    assertThat(status == 0).isEqualTo(!verb.equals("fire"));
    assertThat(host.calls().contains("start --no-block fleet-installer-guard@agent.service"))
        .isEqualTo(!verb.equals("fire"));
    assertThat(started).isFalse();
    assertThat(next).isTrue();
    assertThat(mounted).isZero();
    assertThat(host.runs(host.old)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fire", "ended", "boot"})
  void a_record_that_cannot_be_read_is_not_one_that_is_not_there(String verb) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    host.unitIs("ActiveState=failed Job=0 Result=signal");
    Path record = root.resolve("state/armed/agent");
    Path away = Files.move(record, root.resolve("away"));
    damage(record, "unreadable");
    Files.delete(host.token("open"));

    int status = host.run(verb, "agent");
    Files.delete(record);
    Files.move(away, record);
    int readable = host.run("fire", "agent");

    assertThat(status).isEqualTo(verb.equals("boot") ? 0 : 1);
    assertThat(host.calls().contains("start --no-block fleet-installer-guard@agent.service"))
        .isEqualTo(verb.equals("boot"));
    assertThat(readable).isZero();
    assertThat(host.runs(host.old)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gone", "a folder", "a pipe", "empty"})
  void a_record_that_never_will_be_read_is_not_tried_again(String damage) throws Exception {
    GuardedHost host = GuardedHost.onTrial(root);
    damage(root.resolve("state/armed/agent"), damage);
    Files.delete(host.token("open"));

    assertThat(host.run("fire", "agent")).isZero();
    assertThat(host.run("boot")).isZero();

    assertThat(host.runs(host.next)).isTrue();
    assertThat(host.calls()).isEmpty();
  }
}
