package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person orders, and how long that counts beside the desired file. */
class OrdersTest {
  @TempDir Path folder;
  private Stage stage;

  @BeforeEach
  void open() throws IOException {
    stage = new Stage(folder);
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void a_person_may_have_it_tried_again_at_once() throws Exception {
    Release one = stage.release("1");
    Release mended = stage.release("2");
    stage.host.life(mended, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));
    stage.start().desire(one);
    stage.poll();
    stage.desire(mended);
    stage.poll();
    stage.host.life(mended, Life.GOOD);

    Document end = stage.order(Verb.POLL);

    assertThat(end.text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("2");
  }

  @Tag("F59")
  @Test
  void a_rollback_needs_no_registry_takes_one_restart_and_stays() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    stage.desire(two);
    stage.poll();
    Files.move(folder.resolve("layouts"), folder.resolve("gone"));
    int before = stage.host.deeds.size();

    Document end = stage.order(Verb.ROLLBACK);
    stage.poll();

    assertThat(end.text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.host.deeds.subList(before, stage.host.deeds.size()))
        .filteredOn(deed -> deed.startsWith("restart"))
        .containsExactly("restart agent 1");
    assertThat(stage.explain().object("override").text("by"))
        .contains(System.getProperty("user.name"));
  }

  @Test
  void an_override_that_another_release_has_ended_does_not_come_back() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    stage.write("packages: []\n");
    stage.order(Verb.REMOVE);

    stage.desire(two);
    stage.poll();
    stage.write("packages: []\n");
    stage.poll();

    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.explain().has("override")).isFalse();
  }

  @Test
  void another_release_in_the_file_ends_the_override_and_unpin_does_too() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    Release three = stage.release("3");
    stage.start().desire(one);
    stage.poll();
    stage.order(Verb.UPGRADE, Optional.of(Stage.AGENT), Optional.of(two.digest()));
    String overridden = stage.current();

    stage.desire(three);
    stage.poll();
    String asked = stage.current();
    stage.order(Verb.ROLLBACK);
    String back = stage.current();
    stage.order(Verb.UNPIN);
    stage.poll();

    assertThat(overridden).isEqualTo("2");
    assertThat(asked).isEqualTo("3");
    assertThat(back).isEqualTo("2");
    assertThat(stage.order(Verb.POLL).text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("3");
  }

  @Test
  void a_hold_keeps_everything_as_it_is() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    stage.order(Verb.HOLD);

    stage.desire(two);
    stage.poll();
    String held = stage.current();
    String state = stage.explain().text("state");
    stage.order(Verb.UNHOLD);
    stage.poll();

    assertThat(held).isEqualTo("1");
    assertThat(state).isEqualTo("held");
    assertThat(stage.current()).isEqualTo("2");
  }

  @Test
  void a_hold_of_what_nobody_knows_counts_and_is_doubted() throws Exception {
    stage.start();

    Document end = stage.order(Verb.HOLD, Optional.of(new PackageName("agnet")), Optional.empty());

    assertThat(end.text("ending")).isEqualTo("done");
    assertThat(end.object("reason").text("sentence")).contains("is it spelt right?");
  }

  @Tag("F37")
  @Test
  void a_removal_that_is_asked_for_during_a_trial_waits_until_the_trial_is_over() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();
    stage.host.starting(slot -> {
      if (slot.release().equals(two)) {
        stage.request(Verb.REMOVE);
      }
    });

    stage.desire(two);
    stage.poll();
    stage.host.starting(_ -> {});
    stage.poll();
    boolean gone = !stage.explain().has("current");
    stage.order(Verb.INSTALL, Optional.of(Stage.AGENT), Optional.of(two.digest()));

    assertThat(gone).isTrue();
    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.host.deeds.stream().filter(deed -> !deed.startsWith("allow")))
        .containsSubsequence(
            "restart agent 2",
            "confirming agent",
            "disarm agent",
            "arm agent",
            "uninstall agent 2",
            "disarm agent",
            "arm agent",
            "install agent 2",
            "disarm agent")
        .containsOnlyOnce("uninstall agent 2");
  }

  @Test
  void what_nobody_has_and_nobody_asks_for_is_not_removed() throws Exception {
    stage.start();

    Fault fault =
        catchThrowableOfType(
            Fault.class,
            () -> stage.order(Verb.REMOVE, Optional.of(new PackageName("zzz")), Optional.empty()));

    assertThat(fault).hasMessageContaining("cannot find package zzz");
    assertThat(fault.reason().code()).isEqualTo(ReasonCode.UNKNOWN_PACKAGE);
  }

  @Test
  void what_is_verified_is_counted() throws Exception {
    stage.start().desire(stage.release("1"));
    stage.poll();

    assertThat(stage.order(Verb.VERIFY).object("reason").text("sentence"))
        .isEqualTo("1 slot is as it was unpacked");

    Files.delete(folder.resolve("packages/agent/current/bin/agent"));
    assertThat(stage.order(Verb.VERIFY).object("reason").text("sentence"))
        .startsWith("1 difference, 1 slot looked at; ");
  }

  @Test
  void a_release_that_a_person_asked_for_and_that_is_not_well_leaves_no_override()
      throws Exception {
    Release one = stage.release("1");
    Release bad = stage.release("2");
    stage.host.life(bad, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));
    stage.start().desire(one);
    stage.poll();

    Document end = stage.order(Verb.UPGRADE, Optional.of(Stage.AGENT), Optional.of(bad.digest()));

    assertThat(end.text("ending")).isEqualTo("refused");
    assertThat(stage.explain().has("override")).isFalse();
  }
}
