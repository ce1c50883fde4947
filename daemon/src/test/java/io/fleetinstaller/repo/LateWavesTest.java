package io.fleetinstaller.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Waves spare most hosts a bad release; what waits for its signatures must not undo that. */
@Timeout(60)
class LateWavesTest {
  @TempDir private Path temp;
  private Workshop workshop;

  @BeforeEach
  void open() throws Exception {
    workshop = Workshop.open(temp.resolve("repo"));
    workshop.add("stable", "1.0");
    workshop.signAndPublish();
  }

  @Test
  void what_is_published_in_time_goes_out() throws Exception {
    deploy("first", "1.0", workshop.time.now(), "");
    workshop.time.pass(Duration.ofMinutes(59));

    assertThat(workshop.signAndPublish().lines()).anyMatch(line -> line.contains("published"));
  }

  @Test
  void waves_that_opened_while_signatures_were_awaited_are_not_published() throws Exception {
    Instant start = workshop.time.now();
    deploy("first", "1.0", start, "");
    workshop.time.pass(Duration.ofHours(1));

    assertThatThrownBy(workshop::signAndPublish)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.reason().code()).isEqualTo(ReasonCode.WAVE);
              assertThat(refused.reason().evidence())
                  .containsExactly(
                      "deployments/prod/agent.json: first, 20 percent since "
                          + start.plus(Duration.ofHours(1)));
            });
    assertThat(new Publication(workshop.place()).publish(false, true).lines())
        .anyMatch(line -> line.contains("published"));
  }

  @Test
  void a_rollout_that_is_under_way_may_change_in_all_but_what_it_rolls_out() throws Exception {
    workshop.add("stable", "1.1");
    Instant start = workshop.time.now();
    deploy("first", "1.0", start, "");
    workshop.signAndPublish();
    workshop.time.pass(Duration.ofHours(2));

    deploy("first", "1.0", start, "is well");
    workshop.signAndPublish();
    deploy("first", "1.1", start, "is well");

    assertLate();
  }

  @Test
  void a_release_that_waited_begins_no_open_waves_of_those_who_follow() throws Exception {
    deploy("follows", "follow: {channel: stable}", workshop.time.now(), "");
    workshop.signAndPublish();
    workshop.add("stable", "1.1");
    workshop.time.pass(Duration.ofMinutes(59));
    workshop.add("stable", "1.2");
    workshop.time.pass(Duration.ofMinutes(1));

    assertThatThrownBy(workshop::signAndPublish)
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.reason().evidence())
                    .singleElement()
                    .asString()
                    .startsWith("catalog/stable/agent.json 1.1: follows in deployments/prod/"));
  }

  @Test
  void who_follows_from_a_start_on_is_late_like_anybody_else() throws Exception {
    deploy("follows", "follow: {channel: stable}", workshop.time.now(), "");
    workshop.time.pass(Duration.ofHours(1));

    assertLate();
  }

  @Test
  void who_follows_another_range_from_an_old_start_begins_with_a_release_that_is_new()
      throws Exception {
    Instant start = workshop.time.now();
    deploy("follows", "follow: {channel: stable, range: <2}", start, "");
    workshop.signAndPublish();
    workshop.time.pass(Duration.ofDays(30));
    workshop.add("stable", "2.0");

    deploy("follows", "follow: {channel: stable, range: <3}", start, "");

    assertThat(workshop.signAndPublish().lines()).anyMatch(line -> line.contains("published"));
  }

  @Test
  void a_release_that_nobody_who_follows_may_take_is_late_for_nobody() throws Exception {
    deploy("follows", "follow: {channel: stable, range: <2}", workshop.time.now(), "");
    workshop.signAndPublish();
    workshop.add("stable", "2.0");
    workshop.time.pass(Duration.ofHours(1));

    assertThat(workshop.signAndPublish().lines()).anyMatch(line -> line.contains("published"));
  }

  private void assertLate() {
    assertThatThrownBy(workshop::signAndPublish)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.reason().code()).isEqualTo(ReasonCode.WAVE));
  }

  /** A tenth at once, a fifth after an hour, all after a day. */
  private void deploy(String id, String goal, Instant start, String note) throws Fault {
    Deploying deploying = new Deploying(workshop.place());
    String what =
        goal.startsWith("follow")
            ? goal
            : "version: \"%s\"\ndigest: \"%s\""
                .formatted(goal, deploying.digest(new PackageName("agent"), new Version(goal)));
    String text =
        """
        id: %s
        package: agent
        %s
        rollout:
          start: "%s"
          waves: [{percent: 10}, {percent: 20, after: 1h}, {percent: 100, after: 24h}]
        by: olga
        note: "%s"
        """
            .formatted(id, what, start, note);
    deploying.deploy(
        "prod", deploying.read("the deployment", text.getBytes(StandardCharsets.UTF_8)));
  }
}
