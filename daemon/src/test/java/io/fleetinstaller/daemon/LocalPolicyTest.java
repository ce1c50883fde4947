package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.fleetinstaller.desired.Decision;
import io.fleetinstaller.desired.Hold;
import io.fleetinstaller.desired.LocalOverride;
import io.fleetinstaller.desired.Policy;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people decided, whatever becomes of the two files that it is kept in. */
class LocalPolicyTest {
  private static final PackageName AGENT = new PackageName("agent");
  private static final Hold HELD =
      new Hold(AGENT, new Decision("ann", Instant.EPOCH, "audit", Optional.empty()));

  private static final LocalOverride OVERRIDE =
      new LocalOverride(
          AGENT, Optional.empty(), Optional.empty(), Optional.empty(), HELD.decision());

  @TempDir Path state;

  @Test
  void where_nobody_ever_decided_anything_nothing_is_lost() throws Exception {
    LocalPolicy policy = start();

    assertThat(policy.now()).isEqualTo(Policy.EMPTY);
    assertThat(policy.problem()).isEmpty();
  }

  @Test
  void when_both_files_are_gone_they_are_known_to_be_lost() throws Exception {
    start().declare(now -> now.with(HELD));
    Files.delete(state.resolve("policy.json"));
    Files.delete(state.resolve("policy.copy.json"));

    LocalPolicy policy = start();

    assertThat(policy.unknown().orElseThrow().sentence()).contains("holds and pins, is lost");
    assertThat(start().unknown()).isPresent();
  }

  @Test
  void what_an_earlier_daemon_kept_is_known_to_be_lost_too() throws Exception {
    start().declare(now -> now.with(HELD));
    Files.delete(state.resolve("decided"));
    start();
    Files.delete(state.resolve("policy.json"));
    Files.delete(state.resolve("policy.copy.json"));

    assertThat(start().unknown()).isPresent();
  }

  @Test
  void a_copy_that_cannot_be_written_does_not_bring_back_what_was_revoked() throws Exception {
    LocalPolicy policy = start();
    policy.declare(now -> now.with(HELD));
    Files.createDirectories(state.resolve(".policy.copy.json.new/in-the-way"));
    policy.declare(now -> now.withoutHold(AGENT));
    Files.writeString(state.resolve("policy.json"), "torn");

    LocalPolicy after = start();

    assertThat(after.now().holds()).isEmpty();
    assertThat(after.unknown()).isPresent();
  }

  @Test
  void a_change_that_cannot_be_written_leaves_both_files_as_they_were() throws Exception {
    LocalPolicy policy = start();
    policy.declare(now -> now.with(HELD));
    Path blocked = Files.createDirectories(state.resolve(".policy.json.new/in-the-way"));

    assertThatThrownBy(() -> policy.declare(now -> now.withoutHold(AGENT)))
        .isInstanceOf(Fault.class);
    Files.delete(blocked);
    Files.delete(blocked.getParent());
    Files.writeString(state.resolve("policy.json"), "torn");

    assertThat(policy.now().holds()).containsKey(AGENT);
    assertThat(start().now().holds()).containsKey(AGENT);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void while_nobody_knows_what_was_held_no_change_hides_that(boolean blocked) throws Exception {
    start().declare(now -> now.with(HELD));
    Files.delete(state.resolve("policy.copy.json"));
    Files.writeString(state.resolve("policy.json"), "{\"formatVersion\": 99}");
    LocalPolicy policy = start();
    Path inTheWay = state.resolve(".policy.json.new/in-the-way");
    if (blocked) {
      Files.createDirectories(inTheWay);
    }

    Throwable thrown = catchThrowable(() -> policy.change(now -> now.with(OVERRIDE)));
    Files.deleteIfExists(inTheWay);
    Files.deleteIfExists(inTheWay.getParent());

    assertThat(thrown != null).isEqualTo(blocked);
    assertThat(start().unknown()).isPresent();
  }

  @Test
  void a_copy_that_is_lost_or_says_something_else_is_made_anew() throws Exception {
    start().declare(now -> now.with(HELD));
    Path copy = state.resolve("policy.copy.json");
    byte[] both = Files.readAllBytes(copy);

    for (String damage : new String[] {"", "torn", "{\"formatVersion\":1}"}) {
      Files.writeString(copy, damage);
      start();
      assertThat(copy).hasBinaryContent(both);
    }
    Files.delete(copy);
    start();
    assertThat(copy).hasBinaryContent(both);
  }

  private LocalPolicy start() {
    return new LocalPolicy(state, new DurableDisk());
  }
}
