package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.repo.Publisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What of its host a candidate of the daemon must see as the one does that runs, and what it may
 * see otherwise. One that reads the state otherwise is one that reads another state.
 */
@Timeout(120)
class AgreementTest {
  private static final PackageName OTHER = new PackageName("other");

  @TempDir Path folder;
  private Stage stage;
  private OwnPackage own;
  private Release next;
  private Release two;

  @BeforeEach
  void a_daemon_that_runs_from_a_slot_and_has_upgraded_an_agent() throws Exception {
    stage = new Stage(folder);
    own = new OwnPackage(folder, stage);
    own.release("old");
    next = own.release("next");
    own.start("old");
    stage.desire(stage.release("1"));
    stage.poll();
    two = stage.release("2");
    stage.desire(two);
    stage.poll();
    stage.order(Verb.HOLD, Optional.of(OTHER), Optional.empty());
    assertThat(stage.current()).isEqualTo("2");
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @ParameterizedTest
  @CsvSource({"HOLD, held", "PIN, pinned to sha256:", "ROLLBACK, overridden with sha256:"})
  void a_candidate_that_overlooks_what_people_decided_is_refused(Verb verb, String decision)
      throws Exception {
    Path without = another();
    stage.order(verb);
    reads(without);

    Document refusal = refusal();

    assertThat(refusal.text("code")).isEqualTo("rehearsal-failed");
    assertThat(refusal.text("sentence")).contains("it does not know what people decided");
    assertThat(refusal.texts("evidence"))
        .satisfiesExactly(
            it -> assertThat(it).isEqualTo("it: {agent=[]}"),
            we -> assertThat(we).startsWith("we: {agent=[" + decision));
    assertThat(stage.host.deeds).doesNotContain("arm fleet-installer");
  }

  @Test
  void a_candidate_that_knows_of_what_nobody_decided_is_refused() throws Exception {
    stage.order(Verb.HOLD);
    Path with = another();
    stage.order(Verb.UNHOLD);
    reads(with);

    assertThat(refusal().texts("evidence")).containsExactly("it: {agent=[held]}", "we: {agent=[]}");
  }

  @Test
  void a_candidate_that_overlooks_the_last_upgrade_is_refused() throws Exception {
    Path without = another();
    Path last = journals(without).getLast();
    Files.delete(last);
    reads(without);

    Document refusal = refusal();

    assertThat(refusal.text("sentence")).contains("it does not know how the last upgrades ended");
    assertThat(refusal.texts("evidence"))
        .containsExactly(
            "it: {agent=%s upgraded}".formatted(id(journals(without).getLast())),
            "we: {agent=%s upgraded}".formatted(id(last)));
  }

  @Test
  void a_candidate_that_cannot_read_an_older_journal_is_refused() throws Exception {
    Path other = another();
    Path first = journals(other).getFirst();
    Damage.GARBAGE.happenTo(first);
    reads(other);

    Document refusal = refusal();

    assertThat(refusal.text("sentence"))
        .contains("it cannot read all of the state that this daemon can");
    assertThat(refusal.texts("evidence"))
        .satisfiesExactly(
            it ->
                assertThat(it)
                    .startsWith("it: " + folder.resolve("state/journals/agent"))
                    .contains(first.getFileName() + ".corrupt was damaged"),
            we -> assertThat(we).isEqualTo("we: nothing is damaged"));
  }

  @Test
  void a_candidate_that_can_read_only_the_copy_of_what_people_decided_is_refused()
      throws Exception {
    Path other = another();
    Damage.TORN.happenTo(other.resolve("policy.json"));
    reads(other);

    assertThat(refusal().texts("evidence"))
        .anyMatch(it -> it.contains(folder.resolve("state/policy.json.corrupt").toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"policy.json", "journals/agent/00000002.journal"})
  void what_is_damaged_for_this_daemon_too_is_not_held_against_a_candidate(String file)
      throws Exception {
    Path damaged = folder.resolve("state").resolve(file);
    assertThat(damaged).isRegularFile();
    Damage.GARBAGE.happenTo(damaged);
    byte[] garbage = Files.readAllBytes(damaged);
    reads(folder.resolve("state"));

    takesOver();

    assertThat(damaged).as("until a daemon starts").hasBinaryContent(garbage);
    assertThat(own.rehearsal()).doesNotExist();
  }

  @Test
  void what_was_set_aside_before_is_not_held_against_a_candidate() throws Exception {
    Files.writeString(folder.resolve("state/policy.json.corrupt"), "once damaged");
    reads(folder.resolve("state"));

    takesOver();
  }

  @Test
  void a_hold_that_comes_meanwhile_is_not_held_against_a_candidate() throws Exception {
    own.rehearses(() -> {
      stage.request(Verb.HOLD);
      return rehearse(stage.settings());
    });

    takesOver();
  }

  @Test
  void a_hold_that_is_lifted_meanwhile_is_not_held_against_a_candidate() throws Exception {
    stage.order(Verb.HOLD);
    Path before = another();
    Path settings = settings(before);
    own.rehearses(() -> {
      stage.request(Verb.UNHOLD);
      return rehearse(settings);
    });

    takesOver();
  }

  @Test
  void an_override_that_news_of_the_source_end_is_not_held_against_a_candidate() throws Exception {
    stage.order(Verb.ROLLBACK);
    Release three = stage.release("3");
    Files.writeString(
        folder.resolve("newer.yaml"),
        Files.readString(folder.resolve("desired.yaml"))
            .replace("version: \"2\"", "version: \"3\"")
            .replace(two.digest().toString(), three.digest().toString()));
    Path settings =
        Files.writeString(
            folder.resolve("other.yaml"),
            Files.readString(stage.settings()).replace("desired.yaml", "newer.yaml"));
    own.rehearses(() -> rehearse(settings));

    takesOver();
  }

  @Test
  void a_candidate_may_read_decisions_that_this_daemon_cannot() throws Exception {
    stage.order(Verb.HOLD);
    Path newer = another();
    stage.order(Verb.UNHOLD);
    stage.close();
    Damage.UNREADABLE.happenTo(folder.resolve("state/policy.json"));
    stage.start();
    assertThat(stage.problems()).contains("its second copy counts");
    reads(newer);

    takesOver();
  }

  @Test
  void a_candidate_may_read_a_journal_that_this_daemon_cannot() throws Exception {
    Path newer = another();
    Damage.NEWER_FORMAT.happenTo(journals(folder.resolve("state")).getLast());
    reads(newer);

    takesOver();
  }

  /** Once more the state as it is now. */
  private Path another() throws IOException {
    Path other = folder.resolve("other-state");
    Publisher.copy(folder.resolve("state"), other);
    return other;
  }

  /** The candidate finds this state where the daemon has its own. */
  private void reads(Path state) throws IOException {
    Path settings = settings(state);
    own.rehearses(() -> rehearse(settings));
  }

  private Path settings(Path state) throws IOException {
    String settings = Files.readString(stage.settings());
    String ours = "state: %s/state".formatted(folder);
    assertThat(settings).contains(ours);
    return Files.writeString(
        folder.resolve("settings.yaml"), settings.replace(ours, "state: " + state));
  }

  private Host.Exit rehearse(Path settings) throws Fault {
    return own.rehearse(settings, new SystemTime());
  }

  private Document refusal() throws Exception {
    stage.desire(two, next);
    stage.poll();
    return stage.explain(PackageName.INSTALLER).object("last").object("reason");
  }

  private void takesOver() throws Exception {
    stage.desire(two, next);
    stage.awaitEnd();
    assertThat(stage.host.deeds).contains("arm fleet-installer");
  }

  private static List<Path> journals(Path state) throws IOException {
    try (Stream<Path> files = Files.list(state.resolve("journals/agent"))) {
      return files.filter(file -> file.toString().endsWith(".journal")).sorted().toList();
    }
  }

  private static String id(Path journal) {
    return journal.getFileName().toString().replace(".journal", "");
  }
}
