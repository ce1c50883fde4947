package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The daemon upgrades itself, and comes back from every candidate that is none. */
@ExtendWith(GuestBed.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SelfUpgradeIT {
  private static final int SECONDS_TO_AN_END = 120;

  /** From whatever goes wrong to the old daemon that answers again. */
  private static final int SECONDS_TO_BE_BACK = 30;

  private final Guest guest;

  SelfUpgradeIT(Guest guest) {
    this.guest = guest;
  }

  @BeforeAll
  void a_host_that_was_set_up() throws IOException {
    forget();
    guest.write("/etc/bed/fleet-installer.yaml", recipe());
    guest.sh("/usr/local/lib/bed/self");
    guest.write(
        "/etc/fleet-installer/installer.yaml",
        """
        source: {file: /etc/fleet-installer/desired.yaml}
        poll: {interval: 1s}
        disk: {reserve: 1MiB}
        registry: {repositories: ["file:/srv/self/layouts/{package}"]}
        """);
    guest.write("/etc/fleet-installer/desired.yaml", "packages: []\n");
    guest.sh(
        """
        /opt/fleet-installer/bin/fleet-installer setup /srv/self/layouts/fleet-installer:one
        ln -sf /opt/datadog-packages/fleet-installer/current/bin/fleet-installer /usr/local/bin/
        """);
  }

  private static String recipe() throws IOException {
    return Files.readString(Path.of("src/package/fleet-installer.yaml"));
  }

  @AfterAll
  void leave_it_as_it_was() {
    forget();
  }

  private void forget() {
    guest.sh(
        """
        /usr/local/lib/bed/reset
        rm -rf /etc/systemd/system/fleet-installer.service*
        systemctl daemon-reload
        """);
  }

  @Test
  void setup_starts_the_daemon_from_its_slot_now_and_at_boot() {
    String program = guest.sh("readlink /proc/$(systemctl show -P MainPID fleet-installer)/exe");

    assertThat(program).isEqualTo(slot("one") + "/runtime/bin/java");
    assertThat(guest.sh("systemctl is-enabled fleet-installer.service")).isEqualTo("enabled");
    assertThat(guest.sh("systemctl show -P WatchdogUSec fleet-installer")).isEqualTo("20s");
  }

  @ParameterizedTest
  @CsvSource({
    "dud, rehearsal-failed, exited 3",
    "mute, rehearsal-failed, it did not answer within 30s",
    "other, rehearsal-failed, it says that it is version 0.2.0",
  })
  void a_candidate_that_cannot_prove_itself_is_refused_and_changes_nothing(
      String candidate, String code, String why) {
    String pid = guest.sh("systemctl show -P MainPID fleet-installer");
    String before = state();

    desire(candidate);
    Ended ended = ended(candidate);

    assertThat(ended.end()).as(ended.toString()).isEqualTo("given-up");
    assertThat(ended.code()).isEqualTo(code);
    assertThat(ended.sentence()).contains(why);
    assertThat(guest.sh("systemctl show -P MainPID fleet-installer")).isEqualTo(pid);
    assertThat(state()).isEqualTo(before);
    assertThat(guest.holds("[ -e /run/fleet-installer/rehearsal ]")).isFalse();
  }

  /** All that a rehearsal must leave alone; journals are of the upgrade that has it rehearse. */
  private String state() {
    return guest.sh(
        """
        cd /var/lib/fleet-installer
        find . -type f ! -path './journals/*' ! -path './armed/*' -exec sha256sum {} + | sort
        find /opt/datadog-packages -maxdepth 2 ! -path '*/.*' -printf '%p %l\\n' | sort
        """);
  }

  @ParameterizedTest
  @CsvSource({
    "crashes, guard-fired, panic: it worked in the rehearsal",
    "leaves, guard-fired, log fleet-installer.service:",
    "dies, guard-fired, status=9/KILL",
    "sleeps, guard-fired, log fleet-installer.service:",
    "stops, guard-fired, watchdog",
    "deaf, probe-failed, daemon-down",
  })
  void a_candidate_that_fails_after_the_switch_is_taken_back_in_time(
      String candidate, String code, String evidence) {
    desire(candidate);
    Ended ended = ended(candidate);

    assertThat(ended.end()).as(story()).isEqualTo("reverted");
    assertThat(ended.code()).as(ended.toString()).contains(code);
    assertThat(ended.evidence()).containsIgnoringCase(evidence);
    assertThat(guest.sh("readlink /opt/datadog-packages/fleet-installer/current"))
        .isEqualTo(slot("one").replaceAll(".*/", ""));
    assertThat(guest.sh("readlink /proc/$(systemctl show -P MainPID fleet-installer)/exe"))
        .startsWith(slot("one"));
    assertThat(guest.sh("fleet-installer explain fleet-installer")).contains(ended.sentence());
    int back = secondsAway();
    System.out.printf("%s: back after %d s: %s%n", candidate, back, ended.sentence());
    assertThat(back).isLessThanOrEqualTo(SECONDS_TO_BE_BACK);
  }

  /** From the moment in which the candidate said that it goes wrong, to the old one's being up. */
  private int secondsAway() {
    return Integer.parseInt(
        guest.sh(
            """
            wrong=$(journalctl --boot --unit=fleet-installer.service --output=json --no-pager \
              | jq -rs 'map(select(.MESSAGE == "it goes wrong now")) | last | .__MONOTONIC_TIMESTAMP')
            back=$(systemctl show -P ActiveEnterTimestampMonotonic fleet-installer)
            [ "$back" -gt "$wrong" ]
            echo $(((back - wrong + 999999) / 1000000))
            """));
  }

  @Test
  void a_candidate_that_is_well_takes_over_and_can_be_rolled_back() {
    desire("two");
    Ended up = ended("two");
    String program = guest.sh("readlink /proc/$(systemctl show -P MainPID fleet-installer)/exe");
    String says = guest.sh("fleet-installer status --json | jq -r .daemon.version");
    desire("one");
    Ended down = ended("one");

    assertThat(up.end()).as(story()).isEqualTo("upgraded");
    assertThat(program).isEqualTo(slot("two") + "/runtime/bin/java");
    assertThat(says).isEqualTo("0.2.0");
    assertThat(down.end()).as(story()).isEqualTo("upgraded");
    assertThat(guest.sh("fleet-installer status --json | jq -r .daemon.version"))
        .isEqualTo(guest.sh("cat /srv/self/one.version"));
  }

  private record Ended(String end, String code, String sentence, String evidence) {}

  private void desire(String release) {
    guest.sh(
        """
        cd /etc/fleet-installer
        printf 'packages:\\n  - {name: fleet-installer, version: "%%s", digest: "%%s"}\\n' \
          "$(cat /srv/self/%1$s.version)" "$(cat /srv/self/%1$s.digest)" > desired.new
        mv desired.new desired.yaml
        """
            .formatted(release));
  }

  /** Waits until the upgrade to this release has ended. */
  private Ended ended(String release) {
    String over =
        "curl -sf --unix-socket /run/fleet-installer/installer.sock"
            + " http://local/v1/packages/fleet-installer"
            + " | jq -e --arg to \"$(cat /srv/self/%s.digest)\"".formatted(release)
            + " '.package | .upgrade == null and .last.to.digest == $to' > /dev/null";
    if (!guest.within(SECONDS_TO_AN_END, over)) {
      throw new AssertionError("no end of the upgrade to " + release + "\n" + story());
    }
    List<String> words =
        guest
            .sh(
                """
                fleet-installer explain fleet-installer --json | jq -r '.package.last
                  | .end, (.reason.code // "none"), (.reason.sentence // "none"),
                    ((.reason.evidence // []) | join(" | "))'
                """)
            .lines()
            .toList();
    return new Ended(
        words.get(0), words.get(1), words.get(2), words.size() > 3 ? words.get(3) : "");
  }

  private String slot(String release) {
    return guest.sh(
        "echo /opt/datadog-packages/fleet-installer/$(cat /srv/self/%1$s.version)-$(cut -c8-19 /srv/self/%1$s.digest)"
            .formatted(release));
  }

  private String story() {
    return guest
        .run(
            "bash",
            "-c",
            """
            fleet-installer explain fleet-installer
            journalctl --no-pager -o short-precise -n 80
            ls -la /opt/datadog-packages/fleet-installer/ /var/lib/fleet-installer/
            """)
        .out();
  }
}
