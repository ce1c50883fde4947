package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every road to the registry leads to the same end, and one that leads nowhere says so. */
@ExtendWith(GuestBed.class)
final class RoadsIT {
  private static final String CAPTIVE = "https://garbage.bed:5446/agents/{package}";
  private static final String LIAR = "https://garbage.bed:5447/agents/{package}";
  private static final String NOISE = "https://garbage.bed:5448/agents/{package}";

  private final Guest guest;
  private final Rig rig;

  RoadsIT(Guest guest) throws IOException {
    this.guest = guest;
    this.rig = new Rig(guest);
  }

  @Tag("F31")
  @Test
  void a_proxy_is_the_only_way_out() {
    rig.fresh();
    rig.settings(
        "proxy: {https: \"http://proxy.bed:3128\"}", "https://registry.far:5443/agents/{package}");
    rig.start();

    rig.bringTo("old");
    rig.bringTo("new");
    rig.desire("crashes");
    Rig.Ended ended = rig.ended("crashes");

    assertThat(ended.end()).isEqualTo("reverted");
    assertThat(ended.code()).isEqualTo("exited");
    assertThat(rig.serving()).isEqualTo("1.9.0");
    rig.stop(); // the proxy logs a tunnel when it ends
    assertThat(guest.within(5, "grep -q 'CONNECT registry.far:5443' /var/log/squid/bed-access.log"))
        .isTrue();
  }

  @Test
  void mirrors_that_answer_garbage_are_passed_over() {
    rig.fresh(NOISE, CAPTIVE, LIAR, Rig.GOOD);
    rig.start();

    rig.bringTo("old");
    rig.bringTo("new");

    assertThat(rig.serving()).isEqualTo("1.9.0");
    assertThat(rig.slots()).hasSize(2);
  }

  @Test
  void garbage_alone_is_refused_by_its_digest() {
    rig.fresh(Rig.GOOD);
    rig.start();
    rig.bringTo("old");

    rig.settings("", LIAR);
    rig.stop();
    rig.start();
    rig.desire("new");
    Rig.Ended ended = rig.ended("new");

    assertThat(ended.end()).isEqualTo("given-up");
    assertThat(ended.code()).as(ended.sentence()).isIn("digest-mismatch", "size-mismatch");
    assertThat(rig.serving()).isEqualTo("1.5.0");
    assertThat(rig.slots()).hasSize(1);
  }

  @Test
  void a_registry_that_cuts_every_connection_is_read_to_the_end() {
    rig.fresh(Rig.CUTTING);
    rig.start();
    guest.sh(": > /var/log/bed-access.log");

    rig.bringTo("old");
    rig.bringTo("new");

    assertThat(rig.serving()).isEqualTo("1.9.0");
    assertThat(guest.sh("grep -c ' 206 ' /var/log/bed-access.log")).satisfies(RoadsIT::several);
  }

  @Test
  void a_wrong_password_is_named() {
    rig.fresh(Rig.GOOD);
    guest.sh("sed -i 's/\"auth\": \"/&AAAA/' /etc/fleet-installer/auth.json");
    rig.start();

    rig.desire("old");
    Rig.Ended ended = rig.ended("old");

    assertThat(ended.end()).isEqualTo("given-up");
    assertThat(ended.code()).as(ended.sentence()).isEqualTo("auth-failed");
  }

  private static void several(String count) {
    assertThat(Integer.parseInt(count)).isGreaterThan(4);
  }
}
