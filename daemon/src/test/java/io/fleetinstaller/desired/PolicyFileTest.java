package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyFileTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  @TempDir Path state;
  private PolicyFile file;

  @BeforeEach
  void file() {
    file = new PolicyFile(state, new DurableDisk());
  }

  @Test
  void without_a_file_there_is_no_policy() throws Exception {
    assertThat(file.read()).isEqualTo(Policy.EMPTY);
  }

  @Test
  void what_is_written_is_read_back_whole() throws Exception {
    Decision decision = new Decision("ann", NOON, "audit", Optional.of(NOON.plusSeconds(9)));
    Policy policy =
        Policy.EMPTY
            .with(
                PolicyTest.override(
                    PolicyTest.release("1", 'a'),
                    Optional.of(PolicyTest.release("2", 'b')),
                    Optional.of(PolicyTest.release("3", 'c'))))
            .with(
                new LocalOverride(
                    new PackageName("gone"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    decision))
            .with(new Pin(new PackageName("agent"), PolicyTest.release("4", 'd'), decision))
            .with(new Hold(new PackageName("other"), decision));

    file.write(policy);

    assertThat(file.read()).isEqualTo(policy);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"formatVersion\":2,\"overrides\":[],\"holds\":[]}",
        "{\"formatVersion\":1,\"holds\":[{\"name\":\"a\"}]}",
        "{\"formatVersion\":1,\"what\":[]}",
        "{\"formatVersion\":1,\"holds\":[{\"name\":\"a\",\"what\":1,\"by\":\"x\","
            + "\"at\":\"2026-01-02T12:00:00Z\",\"reason\":\"\"}]}",
        "{\"formatVersion\":1,\"overrides\":[{\"name\":\"a\",\"what\":1,\"by\":\"x\","
            + "\"at\":\"2026-01-02T12:00:00Z\",\"reason\":\"\"}]}",
        "{\"formatVersion\":1,\"pins\":[{\"name\":\"a\",\"version\":\"1\",\"what\":1,\"by\":\"x\","
            + "\"digest\":\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
            + "\"at\":\"2026-01-02T12:00:00Z\",\"reason\":\"\"}]}",
        "{\"formatVersion\":1,\"pins\":[{\"name\":\"a\",\"version\":\"1\",\"by\":\"x\","
            + "\"at\":\"2026-01-02T12:00:00Z\",\"reason\":\"\"}]}",
        "{\"formatVersion\":1,\"overrides\":[{\"name\":\"a\",\"version\":\"1\",\"by\":\"x\","
            + "\"at\":\"2026-01-02T12:00:00Z\",\"reason\":\"\"}]}"
      })
  void a_damaged_file_is_refused_and_can_be_moved_aside(String text) throws Exception {
    Files.writeString(state.resolve("policy.json"), text);

    assertThatThrownBy(file::read).isInstanceOf(Refused.class);
    Path aside = file.quarantine();

    assertThat(Files.readString(aside)).isEqualTo(text);
    assertThat(file.read()).isEqualTo(Policy.EMPTY);
  }
}
