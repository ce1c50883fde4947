package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
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
    file = PolicyFile.first(state, new DurableDisk());
  }

  @Test
  void without_a_file_there_is_no_policy() throws Exception {
    assertThat(file.look()).isEqualTo(new PolicyFile.Missing());
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

    assertThat(file.look()).isEqualTo(new PolicyFile.Good(policy));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
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
  void a_damaged_file_is_told_and_can_be_moved_aside(String text) throws Exception {
    Files.writeString(state.resolve("policy.json"), text);

    PolicyFile.Found found = file.look();
    file.quarantine("it is damaged");

    assertThat(found).isInstanceOf(PolicyFile.Damaged.class);
    assertThat(Files.readString(state.resolve("policy.json.corrupt"))).isEqualTo(text);
    assertThat(file.look()).isEqualTo(new PolicyFile.Missing());
  }

  @Test
  void a_file_of_a_newer_format_is_known_as_one() throws Exception {
    Files.writeString(state.resolve("policy.json"), "{\"formatVersion\":2,\"holds\":{}}");

    assertThat(file.look()).isInstanceOf(PolicyFile.Newer.class);
  }

  @Test
  void what_is_no_file_is_damaged() throws Exception {
    Files.createDirectory(state.resolve("policy.json"));

    assertThat(file.look()).isInstanceOf(PolicyFile.Damaged.class);
  }
}
