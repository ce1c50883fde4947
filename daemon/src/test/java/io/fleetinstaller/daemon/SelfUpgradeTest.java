package io.fleetinstaller.daemon;

import static io.fleetinstaller.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.fleetinstaller.api.Client;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as a package of its own, on a fake host whose process it is. */
@Timeout(120)
class SelfUpgradeTest {
  @TempDir Path folder;
  private Stage stage;
  private OwnPackage own;
  private Release old;
  private Release next;

  @BeforeEach
  void a_daemon_that_runs_from_a_slot() throws Exception {
    stage = new Stage(folder);
    own = new OwnPackage(folder, stage);
    old = own.release("old");
    next = own.release("next");
    own.start("old");
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  private Host.Exit rehearse() throws Fault {
    return rehearse(stage.settings());
  }

  private Host.Exit rehearse(Path settings) throws Fault {
    return own.rehearse(settings, new SystemTime());
  }

  @Test
  void setup_puts_the_daemon_into_a_slot_and_starts_it() throws Exception {
    Document self = stage.explain(PackageName.INSTALLER);

    assertThat(self.object("current").text("digest")).isEqualTo(old.digest().toString());
    assertThat(stage.host.deeds)
        .containsSubsequence(
            "install fleet-installer development", "reload", "restart fleet-installer development");
  }

  @Test
  void setup_does_nothing_beside_a_daemon_that_runs() {
    assertThatThrownBy(() -> own.setUp("next"))
        .isInstanceOf(Fault.Broken.class)
        .hasMessageContaining("another daemon runs");
  }

  @Test
  void setup_ends_a_trial_that_nobody_goes_on_with() throws Exception {
    own.rehearses(this::rehearse);
    stage.desire(next);
    stage.awaitEnd();
    Release rescue = own.release("rescue");

    own.restarts();
    own.setUp("rescue");
    stage.poll();

    Document self = stage.explain(PackageName.INSTALLER);
    assertThat(self.object("current").text("digest")).isEqualTo(rescue.digest().toString());
    assertThat(self.object("last").text("end")).isEqualTo("given-up");
    assertThat(self.object("last").object("reason").text("sentence"))
        .contains("fleet-installer setup");
    assertThat(stage.host.deeds)
        .containsSubsequence(
            "arm fleet-installer", "disarm fleet-installer", "install fleet-installer development");
  }

  @Test
  void a_candidate_that_proves_itself_takes_over_and_is_confirmed_by_itself() throws Exception {
    own.rehearses(this::rehearse);

    stage.desire(next);
    stage.awaitEnd();
    stage.start().poll();

    Document self = stage.explain(PackageName.INSTALLER);
    assertThat(self.object("current").text("digest")).isEqualTo(next.digest().toString());
    assertThat(self.object("previous").text("digest")).isEqualTo(old.digest().toString());
    assertThat(self.object("last").text("end")).isEqualTo("upgraded");
    assertThat(stage.host.deeds.stream().filter(deed -> deed.startsWith("restart"))).hasSize(2);
  }

  @Test
  void while_current_names_the_candidate_systemd_knows_that_it_is_on_trial() throws Exception {
    own.rehearses(this::rehearse);
    stage.host.life(next, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));
    Path current = folder.resolve("packages/fleet-installer/current");
    List<Path> named = new ArrayList<>();
    stage.host.reloading(() -> {
      try {
        named.add(Files.readSymbolicLink(current));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });

    stage.desire(next);
    stage.awaitEnd();
    stage.start().awaitEnd();
    stage.start().poll();

    assertThat(named)
        .as("when it reads its units, which are of the trial after SWITCH and of none before")
        .isNotEmpty()
        .containsOnly(Path.of(old.slotName()));
    assertThat(stage.host.deeds)
        .containsSubsequence(
            "arm fleet-installer", "reload", "trial over fleet-installer", "reload");
  }

  @Test
  void a_candidate_says_that_it_is_up_when_it_has_come_to_watching_itself() throws Exception {
    own.rehearses(this::rehearse);
    stage.desire(next);
    stage.awaitEnd();
    List<String> deeds = stage.host.deeds;
    int before = deeds.size();
    List<String> early = new ArrayList<>();
    stage.host.resuming(() -> early.addAll(deeds.subList(before, deeds.size())));

    stage.start().poll();

    assertThat(early).isEmpty();
    assertThat(deeds.subList(before, deeds.size()))
        .containsSubsequence("ready", "allow fleet-installer 35s", "disarm fleet-installer");
  }

  @Test
  void a_daemon_that_is_not_on_trial_is_up_before_it_looks_at_anything_else() throws Exception {
    stage.close();
    List<String> early = new ArrayList<>();
    stage.host.resuming(() -> early.add(stage.host.deeds.getLast()));

    stage.start().poll();

    assertThat(early).containsExactly("ready");
  }

  @Test
  void a_candidate_that_is_not_well_goes_back_to_the_old_one_by_itself() throws Exception {
    own.rehearses(this::rehearse);
    stage.host.life(next, Life.GOOD.exits(Duration.ofSeconds(2), "status 1"));

    stage.desire(next);
    stage.awaitEnd();
    stage.start().awaitEnd();
    stage.start().poll();

    Document self = stage.explain(PackageName.INSTALLER);
    assertThat(self.object("current").text("digest")).isEqualTo(old.digest().toString());
    assertThat(self.object("last").text("end")).isEqualTo("reverted");
    assertThat(self.object("last").object("reason").text("code")).isEqualTo("exited");
  }

  @Test
  void a_candidate_has_the_environment_of_the_daemon_that_runs() throws Exception {
    Map<String, String> seen = new TreeMap<>();
    Path rehearsal = folder.resolve("rehearsal");
    own.rehearses(() -> {
      seen.putAll(Rehearsing.environment(rehearsal, Map.of("MANAGER", "systemd")));
      return rehearse();
    });
    stage.close();
    stage.environment = Map.of("https_proxy", "http://joe:secret@proxy:3128");
    stage.start();

    stage.desire(next);
    stage.awaitEnd();

    assertThat(seen)
        .containsExactly(
            entry("MANAGER", "systemd"), entry("https_proxy", "http://joe:secret@proxy:3128"));
  }

  @Tag("F33")
  @Test
  void a_candidate_that_cannot_start_is_refused_with_what_it_said() throws Exception {
    own.rehearses(() -> new Host.Exit(3, false, List.of("Error: no such class")));

    stage.desire(next);
    stage.poll();

    assertThat(refusal().text("code")).isEqualTo("rehearsal-failed");
    assertThat(refusal().text("sentence")).contains("exited 3 and did not answer");
    assertThat(refusal().texts("evidence")).contains("it said: Error: no such class");
    assertThat(stage.host.deeds).noneMatch(deed -> deed.startsWith("arm"));
  }

  @Test
  void a_candidate_that_hangs_is_refused() throws Exception {
    own.rehearses(() -> new Host.Exit(143, true, List.of()));

    stage.desire(next);
    stage.poll();

    assertThat(refusal().text("sentence")).contains("did not answer within 30s");
  }

  @Test
  void a_candidate_that_is_another_version_than_it_says_is_refused() throws Exception {
    own.rehearses(this::rehearse);

    stage.desire(stage.release(PackageName.INSTALLER, "2", "two"));
    stage.poll();

    assertThat(refusal().text("sentence")).contains("it says that it is version development");
  }

  @Test
  void a_candidate_that_sees_other_packages_is_refused() throws Exception {
    Path other = settingsWith("packages: " + folder + "/packages", "packages: " + folder + "/none");
    own.rehearses(() -> rehearse(other));

    stage.desire(next);
    stage.poll();

    assertThat(refusal().text("sentence")).contains("it sees other packages than this daemon");
  }

  @Test
  void a_candidate_that_does_not_reach_the_source_is_tried_again_later() throws Exception {
    Path other = settingsWith("desired.yaml", "none.yaml");
    own.rehearses(() -> rehearse(other));

    stage.desire(next);
    stage.poll();

    assertThat(refusal().text("sentence")).contains("could not poll the source");
    assertThat(refusal().text("code")).isEqualTo("rehearsal-failed");
  }

  @Test
  void a_daemon_that_runs_from_no_slot_is_not_upgraded() throws Exception {
    own.rehearses(this::rehearse);
    stage.close();
    stage.host.incarnate(() -> {});
    stage.host.life(old, Life.GOOD.failsToStart());
    stage.start();

    stage.desire(next);
    stage.poll();

    assertThat(refusal().text("code")).isEqualTo("no-way-back");
    assertThat(refusal().text("sentence")).contains("fleet-installer setup");
  }

  @Test
  void nobody_removes_the_daemon_from_afar() throws Exception {
    stage.write("packages:\n  - {name: fleet-installer, ensure: absent}\n");
    stage.poll();

    assertThat(refusal().text("code")).isEqualTo("no-way-back");
    assertThat(stage.host.deeds).noneMatch(deed -> deed.startsWith("uninstall"));
  }

  @Test
  void rehearsing_writes_nothing_but_in_its_own_folder() throws Exception {
    Release agent = stage.release("1");
    stage.desire(agent, old);
    stage.poll();
    stage.close();
    Files.writeString(folder.resolve("state/policy.json"), "not what it should be");
    Files.writeString(folder.resolve("state/journals/agent/torn.journal"), "garbage");
    Map<String, String> before = everything();

    Thread ender = Thread.ofPlatform().start(this::endRehearsal);
    rehearse();
    ender.join();

    assertThat(everything()).isEqualTo(before);
  }

  /** As the daemon that runs would, once it has heard enough. */
  private void endRehearsal() {
    Path socket = folder.resolve("rehearsal/sock");
    try {
      eventually("it answers", () -> answers(socket));
      Files.delete(socket);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static boolean answers(Path socket) {
    try {
      return !new Client(socket).get("/v1/daemon").isEmpty();
    } catch (Fault _) {
      return false;
    }
  }

  private Map<String, String> everything() throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(one -> !one.startsWith(folder.resolve("rehearsal"))).toList()) {
        boolean regular = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
        String content = regular ? Digest.of(Files.readAllBytes(file)).hex() : "";
        boolean shared = file.equals(folder);
        String changed =
            shared ? "" : Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toString();
        all.put(file.toString(), content + " " + changed);
      }
    }
    return all;
  }

  @Tag("F45")
  @Test
  void the_daemon_itself_has_the_first_turn() throws Exception {
    own.rehearses(this::rehearse);

    stage.desire(stage.release("1"), next);
    stage.awaitEnd();
    stage.start().poll();

    assertThat(stage.host.deeds)
        .containsSubsequence(
            "arm fleet-installer", "disarm fleet-installer", "arm agent", "disarm agent");
    assertThat(stage.current()).isEqualTo("1");
  }

  @Tag("F45")
  @Test
  void a_package_that_is_stuck_does_not_hold_the_daemon_up() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.desire(one);
    stage.poll();
    stage.host.life(one, Life.GOOD.failsToStart());
    stage.host.life(two, Life.GOOD.exits(Duration.ofSeconds(1), "status 1"));
    stage.desire(two);
    stage.poll();
    String agent = stage.explain().object("last").text("end");
    own.rehearses(this::rehearse);

    stage.desire(two, next);
    stage.awaitEnd();
    stage.start().poll();

    assertThat(agent).isEqualTo("stuck");
    assertThat(stage.explain(PackageName.INSTALLER).object("last").text("end"))
        .isEqualTo("upgraded");
  }

  private Document refusal() throws Exception {
    return stage.explain(PackageName.INSTALLER).object("last").object("reason");
  }

  private Path settingsWith(String what, String instead) throws IOException {
    String settings = Files.readString(stage.settings());
    assertThat(settings).contains(what);
    return Files.writeString(
        folder.resolve("other.yaml"), settings.replaceFirst(Pattern.quote(what), instead));
  }
}
