package io.fleetinstaller.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.packaging.Guest;
import io.fleetinstaller.packaging.GuestBed;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** How the laboratory waits for a guard, of which all but its deadline is made up here. */
@ExtendWith(GuestBed.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QuietIT {
  private static final String GUARD = "fleet-installer-guard@node-exporter";
  private static final String TIMER = "/etc/systemd/system/" + GUARD + ".timer";
  private static final String MOMENT = "/run/systemd/system/" + GUARD + ".timer.d/moment.conf";
  private static final String FIRES = "/run/systemd/system/" + GUARD + ".service";
  private static final String ARMED = "/var/lib/fleet-installer/armed/node-exporter";
  private static final String SPARED = LabHost.FOLDER + "/spared";
  private static final String LEFT = LabHost.HELPER + " left";

  private final Guest guest;

  QuietIT(Guest guest) {
    this.guest = guest;
  }

  @AfterEach
  void nothing_is_left_of_it() {
    guest.sh(
        """
        systemctl stop answers.service %s.timer || true
        rm -rf %s %s %s /run/answer %s
        /usr/local/lib/bed/reset
        """
            .formatted(GUARD, TIMER, FIRES, MOMENT.replaceFirst("/[^/]*$", ""), LabHost.FOLDER));
  }

  @Test
  void a_deadline_is_what_systemd_has_in_mind_whatever_the_file_says() {
    armed(30_000);

    fileSays(11);
    String unread = guest.sh(LEFT);
    guest.sh("systemctl stop %s.timer".formatted(GUARD));
    String none = guest.sh(LEFT);

    assertThat(Integer.parseInt(unread)).isBetween(20_000, 30_000);
    assertThat(none).isEmpty();
  }

  @Test
  void of_two_moments_the_first_is_the_deadline() {
    armed(30_000);

    guest.write(MOMENT, "[Timer]\nOnStartupSec=20000s\n");
    guest.sh("systemctl daemon-reload");

    assertThat(Integer.parseInt(guest.sh(LEFT))).isBetween(10_000, 20_000);
  }

  @Test
  void one_that_systemd_has_far_away_is_not_sat_out_and_told() {
    armed(30_000);
    fileSays(11);

    String said = guest.sh(LabHost.HELPER + " quiet 10000");

    assertThat(said).isEqualTo("quiet");
    assertThat(guest.holds("[ -e %s ]".formatted(ARMED))).isFalse();
    assertThat(Integer.parseInt(guest.sh("cat " + SPARED))).isBetween(20_000, 30_000);
  }

  @Test
  void one_that_is_near_is_sat_out() {
    armed(2);
    fileSays(30_000);

    String said = guest.sh(LabHost.HELPER + " quiet 0");

    assertThat(said).isEqualTo("quiet");
    assertThat(guest.holds("[ -e %s ]".formatted(ARMED))).isFalse();
    assertThat(guest.holds("[ -e %s ]".formatted(SPARED))).isFalse();
  }

  private void fileSays(int seconds) {
    guest.write(TIMER, "[Timer]\nOnActiveSec=%ds\nAccuracySec=1s\n".formatted(seconds));
  }

  /** Something serves, though not the service; the guard only ends being armed. */
  private void armed(int seconds) {
    guest.sh("/usr/local/lib/bed/reset");
    fileSays(seconds);
    guest.write(FIRES, "[Service]\nExecStart=/bin/rm -f %s\n".formatted(ARMED));
    guest.write(ARMED, "");
    guest.write(
        "/run/answer", "HTTP/1.0 200 OK\r\n\r\nnode_exporter_build_info{version=\"1.5.0\"} 1\n");
    guest.sh(
        """
        mkdir -p %s
        systemctl daemon-reload
        systemd-run -q --collect --unit=answers \\
          socat TCP-LISTEN:9100,bind=127.0.0.1,reuseaddr,fork SYSTEM:'cat /run/answer'
        until curl -sf -o /dev/null http://127.0.0.1:9100/; do sleep 0.1; done
        systemctl start %s.timer
        """
            .formatted(LabHost.FOLDER, GUARD));
  }
}
