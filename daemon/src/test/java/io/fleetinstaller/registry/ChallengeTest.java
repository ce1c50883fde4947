package io.fleetinstaller.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChallengeTest {

  @Test
  void a_challenge_is_found_among_others_in_one_header() {
    String header =
        "Negotiate, Basic realm=\"a, b\", Bearer realm=\"https://auth/t\" , service=plain,"
            + "scope=\"repository:x:pull,push\"";

    Optional<Challenge> bearer = Challenge.of("bearer", List.of("Digest x=y", header));

    assertThat(bearer)
        .contains(
            new Challenge(
                "bearer",
                Map.of(
                    "realm", "https://auth/t",
                    "service", "plain",
                    "scope", "repository:x:pull,push")));
  }

  @Test
  void quotes_in_a_value_may_be_escaped() {
    Optional<Challenge> basic = Challenge.of("basic", List.of("BASIC REALM=\"a \\\"b\\\" c\""));

    assertThat(basic.orElseThrow().parameter("realm")).contains("a \"b\" c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",,,", "Bearer", "Bearer realm=\"open", "=\"x\"", "\u0000\u0001"})
  void nonsense_gives_no_realm(String header) {
    Optional<Challenge> bearer = Challenge.of("bearer", List.of(header));

    assertThat(bearer.flatMap(challenge -> challenge.parameter("realm"))).isEmpty();
  }

  @Test
  void a_header_without_end_is_not_read() {
    String header = "Bearer realm=\"" + "\\".repeat(100_000) + "\"";

    Optional<Challenge> bearer = Challenge.of("bearer", List.of(header));

    assertThat(bearer).isEmpty();
  }
}
