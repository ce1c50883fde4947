package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks and masks as hosts really have them. */
@ExtendWith(GuestBed.class)
final class DisksIT {
  private static final String PACKAGES = "/opt/datadog-packages";
  private static final String STATE = "/var/lib/fleet-installer";
  private static final String SERVES =
      "curl -sf http://127.0.0.1:9100/metrics | grep -q 'node_exporter_build_info.*%s'";

  private final Guest guest;
  private final Rig rig;

  DisksIT(Guest guest) throws IOException {
    this.guest = guest;
    this.rig = new Rig(guest);
  }

  @Tag("F73")
  @ParameterizedTest
  @ValueSource(strings = {"0077", "0027"})
  void a_strict_umask_changes_no_mode_of_a_package(String umask) {
    rig.fresh(Rig.GOOD);
    guest.write(
        "/etc/systemd/system/fleet-installer.service.d/umask.conf",
        "[Service]\nUMask=" + umask + "\n");
    guest.sh("systemctl daemon-reload");
    rig.start();

    rig.bringTo("old");
    rig.bringTo("new");

    assertThat(rig.serving()).as("it runs as a user of its own").isEqualTo("1.9.0");
    assertThat(
            guest.sh(
                "cd %s/node-exporter/current && find . ! -type l %s".formatted(PACKAGES, MODES)))
        .isEqualTo(guest.sh("cd /srv/releases/new/root && find . %s".formatted(MODES)));
    assertThat(guest.sh("stat -c %%a %1$s %1$s/node-exporter".formatted(PACKAGES)))
        .isEqualTo("755\n755");
  }

  private static final String MODES =
      "! -path './.fleet-installer*' -printf '%m %u %p\\n' | sort -k3";

  @Tag("F10")
  @ParameterizedTest
  @ValueSource(strings = {"/opt/datadog-packages", "/opt/datadog-packages/node-exporter"})
  void a_folder_may_be_a_link_to_another_disk(String link) {
    rig.fresh(Rig.GOOD);
    guest.sh(
        """
        mkdir -p /mnt/disk "$(dirname %1$s)"
        mount -t tmpfs -o size=200m,mode=755 tmpfs /mnt/disk
        mkdir /mnt/disk/slots
        ln -s /mnt/disk/slots %1$s
        """
            .formatted(link));
    rig.start();

    rig.bringTo("old");
    rig.bringTo("new");
    rig.desire("crashes");
    Rig.Ended ended = rig.ended("crashes");

    assertThat(ended.end()).isEqualTo("reverted");
    assertThat(rig.serving()).isEqualTo("1.9.0");
    assertThat(guest.sh("test -L %s && find /mnt/disk/slots -name 'node_exporter'".formatted(link)))
        .isNotEmpty();
  }

  @Tag("F23")
  @Test
  void a_disk_that_fills_at_any_tenth_of_staging_stops_nothing() {
    rig.fresh(Rig.SLOW);
    guest.sh("mkdir -p %1$s && mount -t tmpfs -o size=64m,mode=755 tmpfs %1$s".formatted(PACKAGES));
    rig.start();
    rig.bringTo("old");
    guest.sh("/usr/local/lib/bed/snapshot save");
    int full = 0;

    for (int tenth = 0; tenth < 10; tenth++) {
      guest.sh("/usr/local/lib/bed/snapshot restore");
      guest.sh("systemd-run -q --unit=fill /usr/local/lib/bed/fill %d".formatted(tenth));
      rig.start();
      rig.desire("new");
      Rig.Ended ended = rig.ended("new");
      full += "given-up".equals(ended.end()) ? rightlyGivenUp(tenth, ended) : 0;
      guest.sh("systemctl stop fill 2> /dev/null || true; rm -f %s/filler".formatted(PACKAGES));
    }

    assertThat(full).as("how often the disk was full in time").isGreaterThanOrEqualTo(8);
  }

  @Test
  void the_guard_goes_back_without_a_free_block_or_inode() {
    rig.fresh(Rig.GOOD);
    guest.sh(
        """
        for folder in %s %s; do
          mkdir -p $folder
          mount -t tmpfs -o size=64m,nr_inodes=200,mode=755 tmpfs $folder
        done
        """
            .formatted(PACKAGES, STATE));
    rig.start();
    rig.bringTo("old");
    // The daemon that runs is not touched: only its next start fails.
    guest.write(
        "/etc/systemd/system/fleet-installer.service.d/broken.conf",
        "[Service]\nExecStart=\nExecStart=/bin/false\n");
    guest.sh("systemctl daemon-reload");
    rig.desire("new");
    assertThat(guest.within(60, SERVES.formatted("1\\.9\\.0"))).as(rig::story).isTrue();
    guest.sh("systemctl kill --signal=KILL fleet-installer.service");

    guest.sh(
        """
        for folder in %s %s; do
          n=0; touch $folder/filler
          while touch $folder/$((n = n + 1)) 2> /dev/null; do :; done
          dd if=/dev/zero of=$folder/filler bs=4k 2> /dev/null || true
          df --output=avail,iavail $folder | tail -1 | tr -s ' ' | grep -qx ' *0 0'
        done
        """
            .formatted(PACKAGES, STATE));
    assertThat(guest.holds("[ -e %s/armed/node-exporter ]".formatted(STATE))).isTrue();
    guest.sh("systemctl kill --kill-who=main --signal=KILL " + Rig.UNIT);

    // by the end of the service, or by the deadline on a machine so slow that it passes meanwhile
    String fired = "[ -n \"$(ls %s/fired)\" ]".formatted(STATE);
    assertThat(guest.within(10, fired)).as(rig::story).isTrue();
    assertThat(guest.within(5, SERVES.formatted("1\\.5\\.0"))).as(rig::story).isTrue();
  }

  private int rightlyGivenUp(int tenth, Rig.Ended ended) {
    assertThat(ended.code()).as("at %d tenths: %s", tenth, ended).isEqualTo("disk-full");
    assertThat(rig.serving()).isEqualTo("1.5.0");
    assertThat(rig.slots()).as("nothing left over at %d tenths", tenth).hasSize(1);
    return 1;
  }
}
