package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The product at work in a guest, on releases of the node exporter that lie in the bed's registry:
 * {@code old} (1.5.0), {@code new} (1.9.0), and the bad ones.
 */
final class Rig {
  static final String GOOD = "https://registry.bed:5443/agents/{package}";
  static final String CUTTING = "https://registry.bed:5444/agents/{package}";
  static final String SLOW = "https://registry.bed:5445/agents/{package}";
  static final String UNIT = "node-exporter.service";

  private static final int SECONDS_TO_AN_END = 180;

  private final Guest guest;

  Rig(Guest guest) throws IOException {
    this.guest = guest;
    guest.sh("ln -sf /opt/fleet-installer/bin/fleet-installer /usr/local/bin/");
    guest.copyIn(Path.of("../systemd/src/main/units"), "/etc/systemd/system");
    guest.sh("/usr/local/lib/bed/pack");
  }

  /**
   * How the last upgrade ended, as {@code explain --json} tells it.
   *
   * @param code of the reason; {@code null} as text when there is none
   */
  record Ended(String end, String version, String code, String sentence) {}

  /** A host that the product never ran on, and these repositories in its settings. */
  void fresh(String... repositories) {
    guest.sh("/usr/local/lib/bed/reset");
    guest.sh("systemctl enable -q fleet-installer.service");
    guest.sh("install -D -m600 /etc/bed/auth.json /etc/fleet-installer/auth.json");
    settings("", repositories);
    desireNothing();
  }

  /**
   * Writes installer.yaml.
   *
   * @param more further lines of the section {@code network}
   */
  void settings(String more, String... repositories) {
    String list =
        Arrays.stream(repositories).map(it -> '"' + it + '"').collect(Collectors.joining(", "));
    guest.write(
        "/etc/fleet-installer/installer.yaml",
        """
        source: {file: /etc/fleet-installer/desired.yaml}
        poll: {interval: 1s}
        disk: {reserve: 1MiB}
        registry:
          repositories: [%s]
          authFile: /etc/fleet-installer/auth.json
        network:
          ca: /etc/bed/tls/ca.crt
        %s\
        """
            .formatted(list, more.indent(2)));
  }

  void start() {
    guest.sh("systemctl start fleet-installer.service");
  }

  void stop() {
    guest.sh("systemctl stop fleet-installer.service");
  }

  /** Asks for a release in the desired file, all at once as a careful tool would. */
  void desire(String release) {
    guest.sh(
        """
        cd /etc/fleet-installer
        printf 'packages:\\n  - {name: node-exporter, version: "%%s", digest: "%%s"}\\n' \
          "$(cat /srv/releases/%1$s/version)" "$(cat /srv/releases/%1$s/digest)" > desired.new
        mv desired.new desired.yaml
        """
            .formatted(release));
  }

  private void desireNothing() {
    guest.write("/etc/fleet-installer/desired.yaml", "packages: []\n");
  }

  /** Waits until the upgrade to this release has ended. */
  Ended ended(String release) {
    if (!guest.within(SECONDS_TO_AN_END, over(release))) {
      throw new AssertionError("no end of the upgrade to " + release + "\n" + story());
    }
    List<String> words =
        guest
            .sh(
                """
                fleet-installer explain node-exporter --json | jq -r '.package.last
                  | .end, .to.version, (.reason.code // "none"), (.reason.sentence // "none")'
                """)
            .lines()
            .toList();
    return new Ended(words.get(0), words.get(1), words.get(2), words.get(3));
  }

  /** The shell condition that the upgrade to this release has ended. */
  String over(String release) {
    return about(release, ".last.to.digest == $to");
  }

  /** A shell condition on what the daemon says about the package while no upgrade is under way. */
  private static String about(String release, String condition) {
    return "/usr/local/lib/bed/about '%s' %s".formatted(condition, release);
  }

  /** Takes the daemon's memory of earlier upgrades away, so that every release is new to it. */
  void forget() {
    stop();
    desireNothing();
    guest.sh("rm -rf /var/lib/fleet-installer/journals");
    start();
  }

  /** Brings the host to this release, which must be a good one. */
  void bringTo(String release) {
    desire(release);
    String there = about(release, ".current.digest == $to");
    String failed = about(release, ".last.to.digest == $to and .last.end != \"upgraded\"");
    guest.within(SECONDS_TO_AN_END, there + " || " + failed);
    assertThat(guest.holds(there)).as(this::story).isTrue();
  }

  /** The version of the exporter that answers with metrics; empty when none does. */
  String serving() {
    return guest
        .run(
            "bash",
            "-c",
            "curl -sf http://127.0.0.1:9100/metrics"
                + " | sed -n 's/^node_exporter_build_info.*[{,]version=\"\\([^\"]*\\)\".*/\\1/p'")
        .out()
        .strip();
  }

  /** Slots and whatever else lies in the package's folder, but for the links and what is empty. */
  List<String> slots() {
    return guest
        .sh(
            """
            cd /opt/datadog-packages/node-exporter
            find . -mindepth 1 -maxdepth 1 -type d ! -name .staging -printf '%f\\n'
            [ ! -d .staging ] || find .staging -mindepth 1 -maxdepth 1 -printf '%p\\n'
            """)
        .lines()
        .sorted()
        .toList();
  }

  /** What to read when a test fails. */
  String story() {
    return guest
        .run(
            "bash",
            "-c",
            """
            fleet-installer explain node-exporter
            journalctl --no-pager -o short-monotonic -n 80 -u fleet-installer.service -u node-exporter.service \
              -u 'fleet-installer-*' | grep -v 'Sending signal'
            systemctl list-jobs --no-pager
            ls -la /opt/datadog-packages/node-exporter/
            """)
        .out();
  }
}
