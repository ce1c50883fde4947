package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd was told of a trial is taken back, whatever an earlier try has done of it. */
final class DisarmTest {
  @TempDir private Path folder;
  private final List<String> asked = new ArrayList<>();
  private boolean down;
  private String state = "ActiveState=active";

  @Test
  void systemd_reads_its_units_before_the_record_goes_however_many_tries_it_takes()
      throws Exception {
    GuardedHost host = GuardedHost.onTrial(folder);
    SystemdGuard guard = host.guard(this::answer);
    down = true;
    assertThatThrownBy(() -> guard.disarm(GuardedHost.AGENT)).isInstanceOf(Fault.class);
    assertThat(host.armed()).isTrue();
    down = false;
    asked.clear();

    guard.disarm(GuardedHost.AGENT);

    assertThat(asked).containsOnlyOnce("systemctl daemon-reload");
    assertThat(host.armed()).isFalse();
  }

  @Test
  void what_fell_before_systemd_had_read_its_units_is_started() throws Exception {
    GuardedHost host = GuardedHost.onTrial(folder);
    SystemdGuard guard = host.guard(this::answer);
    down = true;
    assertThatThrownBy(() -> guard.disarm(GuardedHost.AGENT)).isInstanceOf(Fault.class);
    down = false;
    state = "ActiveState=failed";

    guard.disarm(GuardedHost.AGENT);

    assertThat(asked).contains("systemctl start --no-block agent.service");
  }

  @Test
  void a_unit_that_went_back_to_nothing_is_not_started() throws Exception {
    GuardedHost host = GuardedHost.onTrial(folder);
    Files.delete(host.etc.resolve(GuardedHost.UNIT));
    state = "ActiveState=failed";

    host.guard(this::answer).disarm(GuardedHost.AGENT);

    assertThat(asked).noneMatch(words -> words.contains(" start "));
  }

  @Test
  void where_nothing_is_armed_systemd_is_not_troubled() throws Exception {
    GuardedHost host = GuardedHost.onTrial(folder);
    SystemdGuard guard = host.guard(this::answer);
    guard.disarm(GuardedHost.AGENT);
    asked.clear();

    guard.disarm(GuardedHost.AGENT);

    assertThat(asked).isEmpty();
  }

  private Programs.Result answer(Programs.Call call) {
    String words = String.join(" ", call.argv());
    asked.add(words);
    int status = down && words.equals("systemctl daemon-reload") ? 1 : 0;
    return new Programs.Result(call, status, false, state + "\n", "");
  }
}
