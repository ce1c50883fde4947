package io.fleetinstaller.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long is waited for what, and what a file that cannot be read means. */
class PatienceTest {
  @Test
  void for_what_nobody_needs_there_is_one_short_try() {
    Patience patience = Patience.DEFAULT.hurried();
    Patience shorter = Patience.DEFAULT.withDocument(Duration.ofSeconds(2)).hurried();

    assertThat(patience.tries()).isEqualTo(1);
    assertThat(patience.document()).isEqualTo(Duration.ofSeconds(10));
    assertThat(shorter.document()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void a_file_that_may_not_be_read_is_a_matter_of_rights_and_not_of_this_hosts_disk() {
    Failure forbidden = Failure.unreadable("reading it failed", new AccessDeniedException("it"));
    Failure failing = Failure.unreadable("reading it failed", new IOException("EIO"));

    assertThat(forbidden.code()).isEqualTo(ReasonCode.AUTH_FAILED);
    assertThat(forbidden.asFault("cannot get it")).isInstanceOf(Fault.Broken.class);
    assertThat(failing.code()).isEqualTo(ReasonCode.REGISTRY_ERROR);
  }
}
