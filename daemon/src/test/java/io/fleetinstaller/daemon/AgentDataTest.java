package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.host.Armed;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Effects;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents that change their data when they start, and go back to what they were. */
final class AgentDataTest {
  private static final Life BAD = Life.GOOD.exits(Duration.ofSeconds(2), "status 1");

  @TempDir Path folder;
  private final List<String> seen = new ArrayList<>();
  private Stage stage;
  private Path data;

  @BeforeEach
  void open() throws IOException {
    folder = folder.toRealPath();
    data = Files.createDirectories(folder.resolve("var")).resolve("agent");
    stage = new Stage(folder);
    stage.host.starting(this::migrate);
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  @Tag("F61")
  void the_old_copy_is_back_with_its_old_data() throws Exception {
    Release one = keeping("1");
    Release bad = keeping("2");
    stage.host.life(bad, BAD);
    stage.start().desire(one);
    stage.poll();

    stage.desire(bad);
    stage.poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(seen).containsExactly("1 found nothing", "2 found 1", "1 found 1");
    assertThat(beside()).singleElement().asString().startsWith(".agent.fleet-installer-aside-");
    assertThat(folder.resolve("var").resolve(beside().getFirst()).resolve("schema"))
        .hasContent("2");
    assertThat(stage.host.deeds)
        .containsSubsequence(
            "install agent 2",
            "stop agent 2",
            "restart agent 2",
            "stop agent 2",
            "restart agent 1");
  }

  @Test
  @Tag("F61")
  void data_that_only_the_candidate_knows_of_goes_with_it() throws Exception {
    Release one = stage.release("1");
    Release bad = keeping("2");
    stage.host.life(bad, BAD);
    stage.start().desire(one);
    stage.poll();
    Files.delete(data.resolve("schema"));
    Files.delete(data);

    stage.desire(bad);
    stage.poll();

    assertThat(seen).containsExactly("1 found nothing", "2 found nothing", "1 found nothing");
  }

  @Test
  void after_a_good_upgrade_nothing_stands_beside_the_data() throws Exception {
    Release one = keeping("1");
    Release two = keeping("2");
    stage.start().desire(one);
    stage.poll();

    stage.desire(two);
    stage.poll();

    assertThat(data.resolve("schema")).hasContent("2");
    assertThat(beside()).isEmpty();
  }

  @Test
  void a_package_that_keeps_no_data_is_never_stopped_apart() throws Exception {
    Release one = stage.release("1");
    Release two = stage.release("2");
    stage.start().desire(one);
    stage.poll();

    stage.desire(two);
    stage.poll();

    assertThat(stage.host.deeds).noneMatch(deed -> deed.startsWith("stop"));
  }

  @Test
  void a_removal_leaves_the_data_alone() throws Exception {
    Release one = keeping("1");
    stage.start().desire(one);
    stage.poll();

    stage.order(Verb.REMOVE);

    assertThat(data.resolve("schema")).hasContent("1");
    assertThat(beside()).isEmpty();
  }

  @Test
  void what_a_candidate_wrote_is_never_taken_for_the_old_data() throws Exception {
    Release one = keeping("1");
    Release bad = keeping("2");
    AtomicBoolean dies = new AtomicBoolean(true);
    stage.host.life(bad, BAD);
    stage.start().desire(one);
    stage.poll();
    stage.host.starting(slot -> {
      migrate(slot);
      if (slot.release().equals(bad) && dies.getAndSet(false)) {
        throw new IllegalStateException("the daemon dies right after it has started this");
      }
    });

    stage.desire(bad);
    poll();
    stage.awaitDeath();
    stage.start().poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(data.resolve("schema")).hasContent("1");
  }

  @Test
  void a_candidate_does_not_start_before_all_is_kept_not_even_after_a_crash() throws Exception {
    Release one = keeping("1");
    Release two = keeping("2");
    stage.effects = dyingOnceAt("fleet-installer-snapshot-00000002");
    stage.host.starting(slot -> {
      seen.add(slot.release().version() + " with " + beside());
      migrate(slot);
    });
    stage.start().desire(one);
    stage.poll();

    stage.desire(two);
    poll();
    stage.awaitDeath();
    stage.host.close();
    stage.start().poll();

    assertThat(stage.current()).isEqualTo("2");
    assertThat(seen)
        .filteredOn(line -> line.contains("with"))
        .hasSize(2)
        .allMatch(line -> line.contains("snapshot"));
  }

  @Test
  void an_error_between_the_two_renames_is_made_up_for() throws Exception {
    Release one = keeping("1");
    Release bad = keeping("2");
    stage.host.life(bad, BAD);
    stage.effects = failingOnceAt(data);
    stage.start().desire(one);
    stage.poll();

    stage.desire(bad);
    stage.poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(data.resolve("schema")).hasContent("1");
    assertThat(stage.explain().object("last").text("end")).isEqualTo("reverted");
  }

  @Test
  void on_a_disk_that_is_not_mounted_no_data_is_taken_for_brought_back() throws Exception {
    Release one = keeping("1");
    Release bad = keeping("2");
    stage.host.life(bad, BAD);
    stage.start().desire(one);
    stage.poll();
    stage.host.mounts = List.of(folder.resolve("disk"));

    stage.desire(bad);
    stage.poll();

    assertThat(seen).containsExactly("1 found nothing", "2 found 1");
    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.explain().object("last").object("reason").text("sentence"))
        .contains("nothing is mounted there; mount its disk");
    stage.close();
    stage.start();
    stage.desire(keeping("3"));
    stage.poll();
    assertThat(stage.host.guard().armed(Stage.AGENT))
        .as("the guard waits for it")
        .map(Armed::upgradeId)
        .contains("00000002");
    assertThat(stage.current()).isEqualTo("2");
  }

  @Test
  void data_that_cannot_be_kept_is_told_before_the_service_is_stopped() throws Exception {
    Release one = stage.release("1");
    Release two = keeping("2");
    stage.start().desire(one);
    stage.poll();
    Files.delete(data.resolve("schema"));
    Files.delete(data);
    Files.writeString(data, "in the way");

    stage.desire(two);
    stage.poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.explain().object("last").object("reason").text("sentence"))
        .contains("it is no directory");
    assertThat(stage.host.deeds).doesNotContain("install agent 2");
  }

  @Test
  void data_behind_a_link_that_others_could_turn_is_refused() throws Exception {
    Release one = stage.release("1");
    Release two = keeping("2");
    stage.start().desire(one);
    stage.poll();
    Files.move(data, folder.resolve("victim"));
    Files.createSymbolicLink(data, folder.resolve("victim"));
    Files.setAttribute(data.getParent(), "unix:mode", 01777);

    stage.desire(two);
    stage.poll();

    assertThat(stage.explain().object("last").object("reason").text("code"))
        .isEqualTo("insecure-file");
    assertThat(stage.host.deeds).doesNotContain("install agent 2");
  }

  @Test
  @Tag("F61")
  void a_candidate_that_changes_its_data_for_good_can_still_be_taken_back() throws Exception {
    Release one = keeping("1");
    Release bad = changing("2");
    stage.host.life(bad, BAD);
    stage.start().desire(one);
    stage.poll();

    stage.desire(bad);
    stage.poll();

    assertThat(stage.current()).isEqualTo("1");
    assertThat(data.resolve("schema")).hasContent("1");
  }

  @Test
  void once_it_is_confirmed_there_is_no_rollback_but_by_name() throws Exception {
    Release one = keeping("1");
    Release two = changing("2");
    stage.start().desire(one);
    stage.poll();
    stage.desire(two);
    stage.poll();

    Document refused = stage.order(Verb.ROLLBACK);
    String after = stage.current();
    Document named = stage.order(Verb.INSTALL, Optional.of(Stage.AGENT), Optional.of(one.digest()));

    assertThat(refused.object("reason").text("code")).isEqualTo("point-of-no-return");
    assertThat(after).isEqualTo("2");
    assertThat(named.text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("1");
  }

  private Release changing(String version) throws Exception {
    return stage.release(
        Stage.AGENT,
        version,
        version,
        "state: [{path: %s}], pointOfNoReturn: true,".formatted(data));
  }

  private Release keeping(String version) throws Exception {
    return stage.release(Stage.AGENT, version, version, "state: [{path: %s}],".formatted(data));
  }

  /** What an agent does first: it makes its data fit for itself. */
  private void migrate(Slot slot) {
    Path schema = data.resolve("schema");
    try {
      String found = Files.exists(schema) ? Files.readString(schema) : "nothing";
      seen.add(slot.release().version() + " found " + found);
      if (!Files.isRegularFile(data)) {
        Files.createDirectories(data);
        Files.writeString(schema, slot.release().version().value());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> beside() {
    try (var children = Files.list(data.resolveSibling(""))) {
      return children
          .map(child -> child.getFileName().toString())
          .filter(name -> !name.equals("agent"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The daemon may die of it. */
  private void poll() throws Exception {
    try {
      stage.poll();
    } catch (Exception e) {
      assertThat(e).isNotNull();
    }
  }

  private static Effects dyingOnceAt(String name) {
    return moving(
        to -> to.getFileName().toString().contains(name),
        () -> new IllegalStateException("the daemon dies here"));
  }

  private static Effects failingOnceAt(Path target) {
    return moving(target::equals, () -> new IOException("Input/output error"));
  }

  private static Effects moving(
      java.util.function.Predicate<Path> at, java.util.function.Supplier<Exception> trouble) {
    Effects real = Effects.real();
    Disk disk = new DurableDisk();
    AtomicBoolean once = new AtomicBoolean(true);
    Disk troubled =
        (Disk)
            Proxy.newProxyInstance(
                Disk.class.getClassLoader(),
                new Class<?>[] {Disk.class},
                (_, method, words) -> {
                  if (method.getName().equals("move")
                      && at.test((Path) words[1])
                      && once.getAndSet(false)) {
                    throw trouble.get();
                  }
                  try {
                    return method.invoke(disk, words);
                  } catch (InvocationTargetException e) {
                    throw Optional.ofNullable(e.getCause()).orElse(e);
                  }
                });
    return new Effects(troubled, real.scratch(), real.programs());
  }
}
