package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.repo.Publisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every file that the daemon keeps, damaged in every way between two starts, on a host whose
 * services go on without it.
 */
class DamagedStateTest {
  private static final PackageName OTHER = new PackageName("other");

  @TempDir private static Path shared;
  private static final List<Release> RELEASES = new ArrayList<>();

  @TempDir Path folder;
  private Stage stage;

  @BeforeAll
  static void three_releases_deployed_one_after_another() throws Exception {
    Stage workshop = new Stage(shared);
    Publisher publisher = new Publisher(shared.resolve("repo"), workshop.time);
    for (String version : List.of("1", "2", "3")) {
      RELEASES.add(workshop.release(version));
      publisher.add(workshop.layout(), RELEASES.getLast());
    }
    for (Release release : RELEASES) {
      publisher.deploy(release, "");
      publisher.publish();
      Publisher.copy(publisher.site(), site(release));
    }
  }

  @BeforeEach
  void host_with_a_confirmed_upgrade_behind_it() throws Exception {
    stage = new Stage(folder);
    stage.host.outlived();
    Files.createSymbolicLink(folder.resolve("layouts"), shared.resolve("layouts"));
    stage.follow(
        folder.resolve("site"),
        site(RELEASES.getFirst()).resolve("metadata/1.root.json"),
        "report: {url: \"http://127.0.0.1:9/\"}");
    deploy("1");
    stage.start().poll();
    deploy("2");
    stage.poll();
    stage.order(Verb.HOLD, Optional.of(OTHER), Optional.empty());
    stage.close();
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  /** What is kept, and whether its loss can be known. */
  enum Kept {
    JOURNAL("state/journals/agent/00000002.journal"),
    JOURNALS_OF_ONE("state/journals/agent"),
    JOURNALS("state/journals"),
    POLICY("state/policy.json"),
    SECOND_POLICY("state/policy.copy.json"),
    FLOORS("state/trust/memory/floors.json"),
    ACCEPTED("state/trust/memory/accepted.json"),
    TIMESTAMP("state/trust/timestamp.json"),
    ROOT("state/trust/root.json"),
    MEMORY("state/trust/memory"),
    TRUST("state/trust"),
    DOCUMENTS("state/source/documents"),
    NOTES("state/source/notes.json"),
    SOURCE("state/source"),
    REPORTS("state/reports"),
    LOCK("state/lock"),
    STATE("state"),
    CURRENT("packages/agent/current"),
    PREVIOUS("packages/agent/previous");

    private final String path;

    Kept(String path) {
      this.path = path;
    }

    private boolean isFolder() {
      return EnumSet.of(JOURNALS_OF_ONE, JOURNALS, MEMORY, TRUST, DOCUMENTS, SOURCE, REPORTS, STATE)
          .contains(this);
    }

    /** What is made anew without loss, and what has no content, is no problem. */
    private boolean isTold(Damage damage) {
      boolean gone = damage == Damage.DELETED;
      return switch (this) {
        // A torn end is what a crash leaves: what it told is found again on the host.
        case JOURNAL -> damage != Damage.TORN;
        case JOURNALS_OF_ONE, JOURNALS, STATE, CURRENT, PREVIOUS -> true;
        case POLICY, FLOORS, ACCEPTED, TIMESTAMP, ROOT -> !gone;
        // What a newer installer notes beside is as good to us.
        case NOTES -> !gone && damage != Damage.NEWER_FORMAT;
        case MEMORY, TRUST, DOCUMENTS, SOURCE -> !gone;
        // The second one is looked at when the first is lost; reports go their own way.
        case SECOND_POLICY, REPORTS -> false;
        case LOCK -> !gone && !damage.leavesBytes();
      };
    }

    /** Whether what was there is still to be found. */
    private boolean isKept(Damage damage) {
      return damage.leavesBytes() && isTold(damage);
    }
  }

  static Stream<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    for (Kept kept : Kept.values()) {
      for (Damage damage : kept.isFolder() ? onFolders() : onFiles(kept)) {
        cases.add(Arguments.of(kept, damage));
      }
    }
    return cases.stream();
  }

  private static Set<Damage> onFolders() {
    return EnumSet.of(
        Damage.DELETED, Damage.EMPTY, Damage.GARBAGE, Damage.A_PIPE, Damage.A_LINK_TO_NOTHING);
  }

  private static Set<Damage> onFiles(Kept kept) {
    return switch (kept) {
      case CURRENT, PREVIOUS -> EnumSet.complementOf(EnumSet.of(Damage.TORN, Damage.NEWER_FORMAT));
      case TIMESTAMP, ROOT, LOCK -> EnumSet.complementOf(EnumSet.of(Damage.NEWER_FORMAT));
      case Kept _ -> EnumSet.allOf(Damage.class);
    };
  }

  @Tag("F01")
  @Tag("F04")
  @Tag("F05")
  @Tag("F06")
  @Tag("F09")
  @Tag("F12")
  @Tag("F22")
  @ParameterizedTest
  @MethodSource("cases")
  void it_starts_leaves_the_service_alone_tells_what_is_damaged_and_upgrades(
      Kept kept, Damage damage) throws Exception {
    Path path = folder.resolve(kept.path);
    long pid = pid();
    int before = stage.host.deeds.size();
    damage.happenTo(path);
    byte[] bytes = damage.leavesBytes() ? Files.readAllBytes(path) : new byte[0];

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("2");
    assertThat(pid()).isEqualTo(pid);
    assertThat(deeds(before)).noneMatch(deed -> deed.matches("(restart|install|uninstall).*"));
    if (kept.isTold(damage)) {
      assertThat(stage.problems()).isNotEmpty();
      assertThat(stage.complaints()).contains(stage.problems().lines().findFirst().orElseThrow());
    }
    if (kept.isKept(damage)) {
      assertThat(isSomewhere(bytes, path)).isTrue();
    }
    if (kept == Kept.POLICY) {
      stage.order(Verb.UNHOLD, Optional.of(OTHER), Optional.empty());
    }
    deploy("3");
    stage.poll();
    stage.poll();
    assertThat(stage.current()).isEqualTo("3");
    assertThat(stage.explain().object("last").text("end")).isEqualTo("upgraded");
  }

  @ParameterizedTest
  @ValueSource(strings = {"armed", "fired"})
  void what_stands_for_a_folder_of_the_guard_is_told_at_the_start(String folder) throws Exception {
    stage.close();
    Files.writeString(this.folder.resolve("state").resolve(folder), "no folder");

    stage.start().poll();

    assertThat(stage.problems()).contains(folder + ".corrupt");
  }

  @Test
  void while_nobody_knows_what_was_held_only_a_person_begins_anything() throws Exception {
    stage.start();
    stage.order(Verb.HOLD);
    stage.close();
    Damage.EMPTY.happenTo(folder.resolve("state/policy.json"));
    Damage.GARBAGE.happenTo(folder.resolve("state/policy.copy.json"));
    deploy("3");

    stage.start().poll();
    String waits = stage.current();
    Document why = stage.explain().object("outlook").object("reason");
    stage.close();
    stage.start().poll();
    String stillWaits = stage.current();
    stage.order(Verb.UNHOLD);
    stage.poll();

    assertThat(waits).isEqualTo("2");
    assertThat(why.text("code")).isEqualTo("state-damaged");
    assertThat(why.text("sentence")).contains("holds and pins, is lost", "hold, unhold, pin");
    assertThat(stillWaits).isEqualTo("2");
    assertThat(stage.current()).isEqualTo("3");
    assertThat(stage.problems()).contains("policy.json.corrupt", "policy.copy.json.corrupt");
  }

  @Test
  void a_person_may_upgrade_while_nobody_knows_what_was_held() throws Exception {
    Damage.TORN.happenTo(folder.resolve("state/policy.json"));
    Damage.TORN.happenTo(folder.resolve("state/policy.copy.json"));
    deploy("3");
    stage.start().poll();

    Document end = stage.order(Verb.UPGRADE);

    assertThat(end.text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("3");
    assertThat(stage.problems()).contains("holds and pins, is lost");
  }

  @Test
  void a_hold_outlives_the_loss_of_its_file() throws Exception {
    stage.start();
    stage.order(Verb.HOLD);
    stage.close();
    Damage.EMPTY.happenTo(folder.resolve("state/policy.json"));
    deploy("3");

    stage.start().poll();

    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.explain().text("state")).isEqualTo("held");
    assertThat(folder.resolve("state/policy.json")).isNotEmptyFile();
  }

  @Test
  void decisions_of_a_newer_installer_are_left_alone_until_a_person_decides() throws Exception {
    Path policy = folder.resolve("state/policy.json");
    Damage.NEWER_FORMAT.happenTo(policy);
    byte[] newer = Files.readAllBytes(policy);
    deploy("3");

    stage.start().poll();
    String waits = stage.current();
    byte[] left = Files.readAllBytes(policy);
    stage.order(Verb.UNHOLD, Optional.of(OTHER), Optional.empty());
    stage.poll();

    assertThat(waits).isEqualTo("2");
    assertThat(left).isEqualTo(newer);
    assertThat(stage.current()).isEqualTo("3");
    assertThat(folder.resolve("state/policy.json.corrupt")).hasBinaryContent(newer);
  }

  private boolean isSomewhere(byte[] bytes, Path path) throws IOException {
    Path aside = path.resolveSibling(path.getFileName() + ".corrupt");
    for (Path place : List.of(path, aside)) {
      if (Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)
          && Arrays.equals(bytes, Files.readAllBytes(place))) {
        return true;
      }
    }
    return false;
  }

  private long pid() throws Exception {
    return stage.host.state(Stage.AGENT, "agent.service").mainPid().orElseThrow();
  }

  private List<String> deeds(int from) {
    return List.copyOf(stage.host.deeds.subList(from, stage.host.deeds.size()));
  }

  private static Path site(Release release) {
    return shared.resolve("site-" + release.version());
  }

  private void deploy(String version) throws Exception {
    Publisher.copy(shared.resolve("site-" + version), folder.resolve("site"));
  }
}
