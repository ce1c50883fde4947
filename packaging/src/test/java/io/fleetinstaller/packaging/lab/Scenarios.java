package io.fleetinstaller.packaging.lab;

import static io.fleetinstaller.packaging.lab.Route.LATE_REVERT;
import static io.fleetinstaller.packaging.lab.Route.SLOW_UPGRADE;
import static io.fleetinstaller.packaging.lab.Route.UPGRADE;
import static io.fleetinstaller.packaging.lab.Scenario.quick;
import static io.fleetinstaller.packaging.lab.Scenario.slow;

import io.fleetinstaller.packaging.Guest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What happens to hosts: clocks, disks, networks, people. */
final class Scenarios {
  private static final String DAEMON = "fleet-installer.service";
  private static final String AGENT = "node-exporter.service";
  private static final String BED = "/usr/local/lib/bed/";

  private static final int SECONDS_TO_TRY_AGAIN = 150;

  /** What timeout(1) makes of a program that had to be ended. */
  private static final int TIMED_OUT = 124;

  private Scenarios() {}

  static List<Scenario> all() {
    List<Scenario> all = new ArrayList<>(clocks());
    all.addAll(people());
    all.addAll(daemons());
    all.addAll(networks());
    IntStream.rangeClosed(0, 10).mapToObj(Scenarios::disk).forEach(all::add);
    return all;
  }

  private static List<Scenario> clocks() {
    List<Scenario> clocks = new ArrayList<>();
    for (String to : List.of("-56y", "+10y")) {
      clocks.add(
          quick(
              "clock " + to + " on trial",
              SLOW_UPGRADE,
              it ->
                  it.sh(BED + "clock +0")
                      .begin()
                      .onTrial()
                      .sh(BED + "clock " + to)
                      .ends("upgraded")));
      clocks.add(
          slow(
              "clock " + to + " on trial of a bad one",
              LATE_REVERT,
              it ->
                  it.sh(BED + "clock +0")
                      .begin()
                      .onTrial()
                      .sh(BED + "clock " + to)
                      .ends("reverted")));
      clocks.add(
          slow(
              "clock " + to + " at boot, cut on trial",
              SLOW_UPGRADE,
              it ->
                  it.begin().onTrial().sh(BED + "clock " + to).cut().ends("reverted", "upgraded")));
      clocks.add(
          slow(
              "clock " + to + " from the start",
              UPGRADE,
              it -> {
                // no certificate of any server counts then
                it.sh(BED + "clock " + to).begin().ends("given-up").sh(BED + "clock +0");
                again(it);
              }));
    }
    return clocks;
  }

  private static List<Scenario> people() {
    return List.of(
        quick(
            "daemon-reload on trial",
            SLOW_UPGRADE,
            it -> it.begin().onTrial().sh("systemctl daemon-reload").ends("upgraded")),
        quick(
            "agent stopped by a person on trial",
            SLOW_UPGRADE,
            it -> it.begin().onTrial().sh("systemctl stop " + AGENT).ends("reverted")),
        quick(
            "unit masked by hand on trial of a bad one",
            LATE_REVERT,
            it ->
                it.begin()
                    .onTrial()
                    .sh("ln -sf /dev/null /etc/systemd/system/" + AGENT)
                    .sh("systemctl daemon-reload")
                    .ends("reverted")),
        quick(
            "unit edited by hand on trial of a bad one",
            LATE_REVERT,
            it ->
                it.begin()
                    .onTrial()
                    .sh(
                        "sed -i 's/^ExecStart=.*/ExecStart=\\/bin\\/false/' /etc/systemd/system/"
                            + AGENT)
                    .sh("systemctl daemon-reload")
                    .ends("reverted")),
        slow(
            "unit edited by hand before",
            UPGRADE,
            it ->
                it.sh(
                        "sed -i 's/^ExecStart=.*/ExecStart=\\/bin\\/false/' /etc/systemd/system/"
                            + AGENT)
                    .sh("systemctl daemon-reload")
                    .begin()
                    .ends("upgraded")),
        slow(
            "agent killed by a person on trial",
            SLOW_UPGRADE,
            it -> it.begin().onTrial().sh("systemctl kill -s KILL " + AGENT).ends("reverted")));
  }

  private static List<Scenario> daemons() {
    return List.of(
        quick(
            "daemon out of memory, on trial",
            SLOW_UPGRADE,
            it -> it.begin().onTrial().sh(BED + "starve " + DAEMON).ends("upgraded", "reverted")),
        quick(
            "daemon killed on trial of a bad one",
            LATE_REVERT,
            it -> it.begin().onTrial().sh("systemctl kill -s KILL " + DAEMON).ends("reverted")),
        slow(
            "daemon stopped on trial of a bad one, until the watchdog",
            LATE_REVERT,
            it -> it.begin().onTrial().sh("systemctl kill -s STOP " + DAEMON).ends("reverted")),
        slow(
            "daemon restarted in good order on trial",
            SLOW_UPGRADE,
            it -> it.begin().onTrial().sh("systemctl restart " + DAEMON).ends("upgraded")),
        quick("two daemons at once, on trial", SLOW_UPGRADE, Scenarios::twoDaemons),
        slow(
            "daemon stopped on trial, then a cut",
            SLOW_UPGRADE,
            it -> it.begin().onTrial().sh("systemctl stop " + DAEMON).cut().ends("reverted")));
  }

  private static void twoDaemons(Stage stage) {
    stage.begin().onTrial();
    Guest.Result second =
        stage.guest().run("timeout", "60", BED + "lab-launcher", "/opt/fleet-installer", "run");
    stage.must(isRefusal(second), "a second daemon beside the first: " + second);
    stage.ends("upgraded");
  }

  /** A daemon that ends by itself, as there is another one, and says so. */
  static boolean isRefusal(Guest.Result daemon) {
    boolean byItself = !daemon.ok() && daemon.status() != TIMED_OUT;
    return byItself && daemon.err().contains("another daemon runs with the state in");
  }

  private static List<Scenario> networks() {
    return List.of(
        slow(
            "network cut while fetching",
            UPGRADE,
            it -> network(it, 100, "ip link set lossy0 down", "ip link set lossy0 up")),
        slow("network blackholed while fetching", UPGRADE, it -> network(it, 100, "true", "true")),
        slow(
            "half of the packets lost while fetching",
            UPGRADE,
            it -> network(it, 50, "true", "true")));
  }

  /** Through the proxy, on a cable that goes bad for a while. */
  private static void network(Stage stage, int loss, String bad, String good) {
    stage
        .sh(
            """
            [ -d /sys/class/net/lossy0 ] || systemd-run -q --unit=lossy %slossy
            echo 0 > /run/lossy
            until [ -d /sys/class/net/lossy0 ]; do sleep 0.1; done
            cd /etc/fleet-installer
            cp installer.yaml installer.kept
            sed -i 's#registry.bed:5443#registry.far:5443#
              s#ca.crt}#ca.crt, proxy: {https: "http://proxy.bed:3128"}}#' installer.yaml
            ip netns exec far \\
              tc qdisc replace dev lossy1 root tbf rate 16mbit burst 32kbit latency 400ms
            """
                .formatted(BED))
        .begin()
        .onTheWay()
        .sh(
            "echo %d > /run/lossy; %s; sleep 12; %s; echo 0 > /run/lossy"
                .formatted(loss, bad, good))
        .ends("upgraded", "given-up");
    again(stage);
    stage.sh("mv /etc/fleet-installer/installer.kept /etc/fleet-installer/installer.yaml");
  }

  /** A disk of which so many tenths of what is free are taken; then it is free again. */
  private static Scenario disk(int tenths) {
    return slow(
        "disk full by %d tenths, then freed".formatted(tenths),
        UPGRADE,
        stage -> {
          stage.sh(
              """
              mkdir -p /mnt/small
              mount -t tmpfs -o size=72m,mode=755 tmpfs /mnt/small
              for folder in /opt/datadog-packages /var/lib/fleet-installer; do
                name=$(basename $folder)
                cp -a $folder /mnt/small/$name
                mount --bind /mnt/small/$name $folder
              done
              systemctl restart node-exporter.service neighbour.service
              systemctl show -P MainPID neighbour.service > /var/lib/fleet-installer-lab/neighbour
              free=$(df --output=avail -B1 /mnt/small | tail -1)
              head -c $((free * %d / 10)) /dev/zero > /mnt/small/filler || true
              """
                  .formatted(tenths));
          stage.begin();
          if (tenths < 10) {
            stage.over();
          } else {
            // not even a line of a journal can be written
            String said = "journalctl -b -u fleet-installer -o cat | grep -q 'No space left'";
            stage.must(stage.guest().within(30, said), "it does not say that the disk is full");
          }
          // the rest of the disk is not ours: its reserve is looked at when it is free again
          stage.sh("rm /mnt/small/filler").ends("upgraded", "given-up");
          again(stage);
        });
  }

  /** Whatever kept it from upgrading is over: without a person it upgrades. */
  private static void again(Stage stage) {
    String there =
        "curl -sf --unix-socket /run/fleet-installer/installer.sock"
            + " http://local/v1/packages/node-exporter | jq -e '.package.current.version =="
            + " \"1.9.0\" and .package.upgrade == null' > /dev/null";
    stage.must(
        stage.guest().within(SECONDS_TO_TRY_AGAIN, there), "it did not upgrade when it could");
  }
}
