package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.Verb;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.repo.Publisher;
import io.fleetinstaller.source.AuditLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Unsigned releases, other trust roots and attacks on the repository change nothing on a host. */
class DistrustTest {
  @TempDir Path folder;
  private SignedStage signed;
  private Stage stage;
  private Publisher publisher;
  private Path site;
  private Release two;
  private String inForce = "";

  @BeforeEach
  void open() throws Exception {
    signed = new SignedStage(folder);
    stage = signed.stage;
    publisher = signed.publisher;
    site = signed.site;
    two = signed.two;
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void beside_a_trust_root_nothing_unsigned_is_installed() throws Exception {
    Release unknown = stage.release("3");
    signed.installed();

    Document byHand =
        stage.order(Verb.INSTALL, Optional.of(Stage.AGENT), Optional.of(unknown.digest()));
    followTheFile();
    stage.desire(unknown);
    stage.poll();

    assertThat(byHand.object("reason").text("code")).isEqualTo("unsigned");
    assertThat(stage.status().object("source").object("error").text("code")).isEqualTo("unsigned");
    assertThat(stage.current()).isEqualTo("1");
  }

  @Test
  void what_was_asked_for_before_there_was_a_trust_root_is_not_installed_beside_one()
      throws Exception {
    Release unknown = stage.release("3");
    Path root = folder.resolve("root.json");
    stage.follow(site, root, "");
    followTheFile();
    stage.desire(unknown);
    stage.host.life(unknown, Life.GOOD.exits(Duration.ofSeconds(1), "status 1"));
    stage.start().poll();
    List<String> before = List.copyOf(stage.host.deeds);
    Files.writeString(root, "{}");

    stage.order(Verb.POLL);

    assertThat(signed.code()).isEqualTo("unsigned");
    assertThat(stage.host.deeds).isEqualTo(before);
  }

  /** How a trust root can be out of sight. */
  enum Hidden {
    DELETED,
    A_LINK_TO_NOTHING,
    BELOW_A_LINK_TO_NOTHING
  }

  @ParameterizedTest
  @EnumSource(Hidden.class)
  void a_trust_root_that_cannot_be_seen_is_one_all_the_same(Hidden hidden) throws Exception {
    Release unknown = stage.release("3");
    Path root = folder.resolve("etc/trust/root.json");
    hide(root, hidden);
    stage.follow(site, root, "");
    followTheFile();
    stage.desire(unknown);

    stage.start().poll();
    Document byHand =
        stage.order(Verb.INSTALL, Optional.of(Stage.AGENT), Optional.of(unknown.digest()));

    assertThat(stage.status().object("source").object("error").text("code")).isEqualTo("unsigned");
    assertThat(byHand.object("reason").text("code")).isEqualTo("unsigned");
    assertThat(stage.host.deeds).containsOnly("ready");
  }

  private void hide(Path root, Hidden hidden) throws Exception {
    Files.createDirectories(root.getParent().getParent());
    Path nothing = Path.of("not-mounted");
    switch (hidden) {
      case DELETED -> {
        publisher.publish();
        Files.createDirectory(root.getParent());
        Files.copy(publisher.root(), root);
        stage.follow(site, root, "").start().poll();
        stage.close();
        Files.delete(root);
        stage.host.deeds.clear();
      }
      case A_LINK_TO_NOTHING ->
          Files.createSymbolicLink(
              Files.createDirectory(root.getParent()).resolve("root.json"), nothing);
      case BELOW_A_LINK_TO_NOTHING -> Files.createSymbolicLink(root.getParent(), nothing);
    }
  }

  private void followTheFile() throws IOException {
    Path settings = folder.resolve("installer.yaml");
    Files.writeString(
        settings,
        Files.readString(settings)
            .replace("url: \"file:" + site + "\"", "file: %s/desired.yaml".formatted(folder)));
  }

  @Test
  void whoever_exchanges_the_trust_root_trusts_no_more_what_the_old_one_said() throws Exception {
    publisher.publish();
    Path root = folder.resolve("root.json");
    Files.copy(publisher.root(), root);
    stage.follow(site, root, "");
    signed.installed();
    signed.deploy(two, ", rollout: {start: \"%s\"}".formatted(stage.time.now().plusSeconds(3600)));
    stage.poll();
    Publisher other = new Publisher(folder.resolve("other"), stage.time);
    other.publish();

    Files.copy(other.root(), root, StandardCopyOption.REPLACE_EXISTING);
    stage.poll();
    stage.time.pass(Duration.ofHours(1));
    stage.poll();

    assertThat(stage.status().object("source").object("error").text("code"))
        .isEqualTo("bad-signature");
    assertThat(stage.current()).isEqualTo("1");
  }

  /** Something done to the site that the host follows. */
  interface Attack {
    void on(DistrustTest test) throws Exception;
  }

  static Stream<Arguments> attacks() {
    return Stream.of(
        attack("an older repository is replayed", "metadata-rollback", DistrustTest::replay),
        attack("everything is signed by others", "bad-signature", DistrustTest::takeOver),
        attack("the timestamp is garbage", "malformed", test -> test.write("timestamp.json", "{")),
        attack("the newest targets are the old ones", "*", DistrustTest::mixAndMatch),
        attack("a document is another one", "digest-mismatch", DistrustTest::forgeDocument),
        attack("the time of all of it is over", "metadata-expired", DistrustTest::letExpire));
  }

  private static Arguments attack(String name, String code, Attack attack) {
    return Arguments.of(name, code, attack);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attacks")
  void an_attack_is_told_and_changes_neither_host_nor_store(String name, String code, Attack attack)
      throws Exception {
    signed.installed();
    inForce = stored();
    List<String> deeds = List.copyOf(stage.host.deeds);
    try (AuditLog audit = new AuditLog()) {

      attack.on(this);
      stage.poll();

      Document error = stage.status().object("source").object("error");
      assertThat(error.text("code")).isIn(code.equals("*") ? MIXED : List.of(code));
      assertThat(audit.lines()).isNotEmpty().allMatch(line -> line.startsWith("WARN "));
    }
    assertThat(stored().equals(inForce)).as(name + " leaves what is in force").isTrue();
    assertThat(stage.host.deeds).isEqualTo(deeds);
    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.explain().text("state")).isNotEqualTo("due");
  }

  private static final List<String> MIXED =
      List.of("digest-mismatch", "size-mismatch", "metadata-mismatch");

  private void write(String name, String text) throws IOException {
    Files.writeString(site.resolve("metadata").resolve(name), text);
  }

  private void replay() throws Exception {
    Path old = folder.resolve("old");
    Publisher.copy(site, old);
    signed.deploy(two, ", paused: true");
    stage.poll();
    inForce = stored();
    Publisher.copy(old, site);
  }

  private void takeOver() throws Exception {
    Publisher other = new Publisher(folder.resolve("other"), stage.time);
    other.add(stage.layout(), two);
    other.deploy(two, "");
    other.publish();
    for (int i = 0; i < 9; i++) {
      other.stamp();
    }
    Publisher.copy(other.site(), site);
  }

  private void mixAndMatch() throws Exception {
    Path old = site.resolve("metadata/1.targets.json");
    byte[] before = Files.readAllBytes(old);
    signed.deploy(two, "");
    Files.write(site.resolve("metadata/2.targets.json"), before);
  }

  private void forgeDocument() throws Exception {
    signed.deploy(two, "");
    try (Stream<Path> documents = Files.walk(site.resolve("targets/deployments"))) {
      for (Path document : documents.filter(Files::isRegularFile).toList()) {
        Files.writeString(document, Files.readString(document).replace("try it", "do it!"));
      }
    }
  }

  private void letExpire() throws Exception {
    signed.deploy(two, "");
    stage.time.pass(Duration.ofDays(20));
  }

  /** The set in force, to the byte: what a host goes by, whatever it has seen since. */
  private String stored() throws IOException {
    return Files.readString(folder.resolve("state/trust/memory/accepted.json"));
  }
}
