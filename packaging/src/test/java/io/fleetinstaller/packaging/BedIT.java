package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The bed is what the other system tests take it for. */
@ExtendWith(GuestBed.class)
final class BedIT {
  private static final String GET =
      "curl -sS -o /dev/null -w '%{http_code}' --cacert /etc/bed/tls/ca.crt ";

  @Test
  void the_registry_asks_for_a_password(Guest guest) {
    String without = guest.sh(GET + "https://registry.bed:5443/v2/");
    String with = guest.sh(GET + "-u fleet:s3cret https://registry.bed:5443/v2/");

    assertThat(without).isEqualTo("401");
    assertThat(with).isEqualTo("200");
  }

  @Test
  void the_far_registry_is_reached_through_the_proxy_only(Guest guest) {
    String far = GET + "-u fleet:s3cret https://registry.far:5443/v2/";

    Guest.Result direct = guest.run("bash", "-c", far);
    String proxied = guest.sh(far + " -x http://proxy.bed:3128");

    assertThat(direct.status()).as("curl: cannot connect").isEqualTo(7);
    assertThat(proxied).isEqualTo("200");
  }

  @Test
  void what_was_written_outlives_a_kill(Guest guest) {
    guest.write("/root/kept", "as it was");

    guest.kill();
    guest.boot();

    assertThat(guest.sh("cat /root/kept")).isEqualTo("as it was");
    assertThat(guest.within(10, "systemctl is-active -q bed-web.service")).isTrue();
  }
}
