package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fleetinstaller.api.Verb;
import io.fleetinstaller.host.Life;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.repo.Publisher;
import io.fleetinstaller.source.AuditLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The main job from a signed repository to the host, and what attacks on it come to there. */
class SignedDaemonTest {
  @TempDir Path folder;
  private Stage stage;
  private Publisher publisher;
  private Path site;
  private Release one;
  private Release two;
  private String inForce = "";

  @BeforeEach
  void open() throws Exception {
    stage = new Stage(folder);
    publisher = new Publisher(folder.resolve("repo"), stage.time);
    site = folder.resolve("site");
    one = stage.release("1");
    two = stage.release("2");
    publisher.add(stage.layout(), one);
    publisher.add(stage.layout(), two);
    stage.follow(site, publisher.root(), "");
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void what_is_deployed_is_installed_and_says_who_asked_for_it() throws Exception {
    deploy(one, "");

    Document end = stage.start().poll();

    assertThat(end.text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("1");
    assertThat(stage.explain().flag("signed", false)).isTrue();
    Document origin = stage.explain().object("last").object("origin");
    assertThat(origin.text("kind")).isEqualTo("deployment");
    assertThat(origin.text("by")).contains("ana").contains("one");
    assertThat(origin.text("note")).isEqualTo("try it");
  }

  @Test
  void a_wave_that_opens_in_an_hour_is_waited_for() throws Exception {
    installed();
    deploy(two, ", rollout: {start: \"%s\"}".formatted(stage.time.now().plusSeconds(3600)));
    Instant opens = stage.time.now().plusSeconds(3600);

    stage.poll();
    Document before = stage.explain().object("outlook");
    stage.time.pass(Duration.ofHours(1));
    stage.poll();

    assertThat(before.object("reason").text("code")).isEqualTo("wave");
    assertThat(before.value("until", Instant::parse)).isEqualTo(opens);
    assertThat(stage.current()).isEqualTo("2");
  }

  @Test
  void a_person_may_pass_a_window_and_nothing_is_left_behind() throws Exception {
    installed();
    deploy(two, ", window: {days: [sun], from: \"02:00\", for: 1h, zone: UTC}");
    stage.poll();
    String waits = stage.explain().object("outlook").object("reason").text("code");

    Document end = stage.order(Verb.UPGRADE);

    assertThat(waits).isEqualTo("window");
    assertThat(end.text("ending")).isEqualTo("done");
    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.explain().has("override")).isFalse();
  }

  @Test
  void a_change_is_acted_on_after_a_hold_off() throws Exception {
    Path settings = folder.resolve("installer.yaml");
    Files.writeString(settings, Files.readString(settings).replace("holdOff: 0s", "holdOff: 1h"));
    installed();
    deploy(two, "");

    stage.poll();
    Document outlook = stage.explain().object("outlook");
    stage.time.pass(Duration.ofHours(1));
    stage.poll();

    assertThat(outlook.object("reason").text("code")).isEqualTo("hold-off");
    assertThat(stage.current()).isEqualTo("2");
  }

  @Test
  void remote_updates_that_the_agents_own_settings_forbid_change_nothing() throws Exception {
    Files.writeString(folder.resolve("datadog.yaml"), "api_key: x\nremote_updates: false\n");
    deploy(one, "");

    stage.start().poll();

    assertThat(code()).isEqualTo("remote-updates-off");
    assertThat(stage.host.deeds).containsOnly("ready");
  }

  @Test
  void what_the_host_denies_not_even_a_person_can_install() throws Exception {
    stage.follow(site, publisher.root(), "policy: {deny: [agent]}");
    deploy(one, "");
    stage.start().poll();

    Document end = stage.order(Verb.INSTALL, Optional.of(Stage.AGENT), Optional.of(one.digest()));

    assertThat(end.object("reason").text("code")).isEqualTo("denied");
    assertThat(end.text("ending")).isEqualTo("refused");
    assertThat(stage.host.deeds).containsOnly("ready");
  }

  @Test
  void beside_a_trust_root_nothing_unsigned_is_installed() throws Exception {
    Release unknown = stage.release("3");
    installed();

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

    assertThat(code()).isEqualTo("unsigned");
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
    installed();
    deploy(two, ", rollout: {start: \"%s\"}".formatted(stage.time.now().plusSeconds(3600)));
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

  @Test
  void a_pin_outlasts_what_is_deployed() throws Exception {
    installed();

    stage.order(Verb.PIN);
    deploy(two, "");
    stage.poll();
    String pinned = stage.current();
    stage.order(Verb.UNPIN);
    stage.poll();

    assertThat(pinned).isEqualTo("1");
    assertThat(stage.current()).isEqualTo("2");
  }

  @Tag("F67")
  @Test
  void a_downgrade_must_be_signed_as_one() throws Exception {
    deploy(two, "");
    stage.start().poll();
    deploy(one, "");
    stage.poll();
    String refused = code();

    deploy(one, ", allowDowngrade: true");
    stage.poll();

    assertThat(refused).isEqualTo("downgrade");
    assertThat(stage.current()).isEqualTo("1");
  }

  /** Something done to the site that the host follows. */
  interface Attack {
    void on(SignedDaemonTest test) throws Exception;
  }

  static Stream<Arguments> attacks() {
    return Stream.of(
        attack("an older repository is replayed", "metadata-rollback", SignedDaemonTest::replay),
        attack("everything is signed by others", "bad-signature", SignedDaemonTest::takeOver),
        attack("the timestamp is garbage", "malformed", test -> test.write("timestamp.json", "{")),
        attack("the newest targets are the old ones", "*", SignedDaemonTest::mixAndMatch),
        attack("a document is another one", "digest-mismatch", SignedDaemonTest::forgeDocument),
        attack("the time of all of it is over", "metadata-expired", SignedDaemonTest::letExpire));
  }

  private static Arguments attack(String name, String code, Attack attack) {
    return Arguments.of(name, code, attack);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attacks")
  void an_attack_is_told_and_changes_neither_host_nor_store(String name, String code, Attack attack)
      throws Exception {
    installed();
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

  @Tag("F68")
  @Test
  void years_in_both_directions_stop_nothing_and_heal_by_themselves() throws Exception {
    installed();
    Instant right = stage.time.now();
    List<String> deeds = List.copyOf(stage.host.deeds);
    deploy(two, "");

    stage.time.jump(right.plus(Duration.ofDays(3650)));
    stage.poll();
    String ahead = stage.status().object("source").object("error").text("code");
    stage.time.jump(right.minus(Duration.ofDays(3650)));
    List<String> unchanged = List.copyOf(stage.host.deeds);
    stage.time.jump(right);
    stage.poll();

    assertThat(ahead).isEqualTo("metadata-expired");
    assertThat(unchanged).isEqualTo(deeds);
    assertThat(stage.current()).isEqualTo("2");
    assertThat(stage.status().object("source").has("error")).isFalse();
  }

  @Test
  void a_clock_that_had_been_ahead_can_be_forgotten_by_a_person() throws Exception {
    installed();
    Instant right = stage.time.now();
    stage.time.jump(right.plus(Duration.ofDays(2)));
    deploy(one, ", priority: 1");
    stage.poll();
    stage.time.jump(right);
    deploy(two, ", window: {days: [fri], from: \"00:00\", for: 1d, zone: UTC}");
    stage.poll();
    String frozen = stage.current();

    try (AuditLog audit = new AuditLog()) {
      stage.order(Verb.RESET_CLOCK, Optional.empty(), Optional.empty());

      assertThat(audit.events()).singleElement().asString().contains("proven time is forgotten");
    }
    assertThat(frozen).isEqualTo("1");
    assertThat(stage.current()).isEqualTo("2");
  }

  @Test
  void a_server_that_takes_its_time_keeps_no_person_waiting() throws Exception {
    deploy(one, "");
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    HttpServer slow =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    slow.createContext("/")
        .setHandler(exchange -> {
          asked.countDown();
          try {
            answer.await();
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
          exchange.sendResponseHeaders(503, -1);
          exchange.close();
        });
    slow.start();
    Path settings = folder.resolve("installer.yaml");
    Files.writeString(
        settings,
        Files.readString(settings)
                .replace("file:" + site, "http://127.0.0.1:" + slow.getAddress().getPort())
            + "allowUnsigned: true\n");
    try {
      stage.start();
      asked.await();

      Document end = stage.order(Verb.INSTALL, Optional.of(Stage.AGENT), Optional.of(one.digest()));

      assertThat(end.text("ending")).isEqualTo("done");
      assertThat(answer.getCount()).isEqualTo(1);
    } finally {
      answer.countDown();
      slow.stop(0);
    }
  }

  @Test
  void what_was_verified_counts_after_a_restart_without_any_repository() throws Exception {
    installed();
    stage.close();
    Files.move(site, folder.resolve("gone"));

    stage.start().poll();
    Document status = stage.status();

    assertThat(status.object("trusted").object("versions").number("timestamp", 1, 99)).isPositive();
    assertThat(stage.explain().object("desired").object("release").text("version")).isEqualTo("1");
  }

  private void installed() throws Exception {
    deploy(one, "");
    stage.start().poll();
    assertThat(stage.current()).isEqualTo("1");
  }

  private void deploy(Release release, String more) throws Exception {
    publisher.deploy(release, more);
    publisher.publish();
    Publisher.copy(publisher.site(), site);
  }

  private String code() throws Exception {
    return stage.explain().object("outlook").object("reason").text("code");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(site.resolve("metadata").resolve(name), text);
  }

  private void replay() throws Exception {
    Path old = folder.resolve("old");
    Publisher.copy(site, old);
    deploy(two, ", paused: true");
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
    deploy(two, "");
    Files.write(site.resolve("metadata/2.targets.json"), before);
  }

  private void forgeDocument() throws Exception {
    deploy(two, "");
    try (Stream<Path> documents = Files.walk(site.resolve("targets/deployments"))) {
      for (Path document : documents.filter(Files::isRegularFile).toList()) {
        Files.writeString(document, Files.readString(document).replace("try it", "do it!"));
      }
    }
  }

  private void letExpire() throws Exception {
    deploy(two, "");
    stage.time.pass(Duration.ofDays(20));
  }

  /** The set in force, to the byte: what a host goes by, whatever it has seen since. */
  private String stored() throws IOException {
    return Files.readString(folder.resolve("state/trust/memory/accepted.json"));
  }
}
