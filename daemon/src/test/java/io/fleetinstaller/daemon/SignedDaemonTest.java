package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fleetinstaller.api.Verb;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.repo.Publisher;
import io.fleetinstaller.source.AuditLog;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job from a signed repository to the host. */
class SignedDaemonTest {
  @TempDir Path folder;
  private SignedStage signed;
  private Stage stage;
  private Publisher publisher;
  private Path site;
  private Release one;
  private Release two;

  @BeforeEach
  void open() throws Exception {
    signed = new SignedStage(folder);
    stage = signed.stage;
    publisher = signed.publisher;
    site = signed.site;
    one = signed.one;
    two = signed.two;
  }

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void what_is_deployed_is_installed_and_says_who_asked_for_it() throws Exception {
    signed.deploy(one, "");

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
    signed.installed();
    signed.deploy(two, ", rollout: {start: \"%s\"}".formatted(stage.time.now().plusSeconds(3600)));
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
    signed.installed();
    signed.deploy(two, ", window: {days: [sun], from: \"02:00\", for: 1h, zone: UTC}");
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
    signed.installed();
    signed.deploy(two, "");

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
    signed.deploy(one, "");

    stage.start().poll();

    assertThat(signed.code()).isEqualTo("remote-updates-off");
    assertThat(stage.host.deeds).containsOnly("ready");
  }

  @Test
  void what_the_host_denies_not_even_a_person_can_install() throws Exception {
    stage.follow(site, publisher.root(), "policy: {deny: [agent]}");
    signed.deploy(one, "");
    stage.start().poll();

    Document end = stage.order(Verb.INSTALL, Optional.of(Stage.AGENT), Optional.of(one.digest()));

    assertThat(end.object("reason").text("code")).isEqualTo("denied");
    assertThat(end.text("ending")).isEqualTo("refused");
    assertThat(stage.host.deeds).containsOnly("ready");
  }

  @Test
  void a_pin_outlasts_what_is_deployed() throws Exception {
    signed.installed();

    stage.order(Verb.PIN);
    signed.deploy(two, "");
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
    signed.deploy(two, "");
    stage.start().poll();
    signed.deploy(one, "");
    stage.poll();
    String refused = signed.code();

    signed.deploy(one, ", allowDowngrade: true");
    stage.poll();

    assertThat(refused).isEqualTo("downgrade");
    assertThat(stage.current()).isEqualTo("1");
  }

  @Tag("F68")
  @Test
  void years_in_both_directions_stop_nothing_and_heal_by_themselves() throws Exception {
    signed.installed();
    Instant right = stage.time.now();
    List<String> deeds = List.copyOf(stage.host.deeds);
    signed.deploy(two, "");

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
    signed.installed();
    Instant right = stage.time.now();
    stage.time.jump(right.plus(Duration.ofDays(2)));
    signed.deploy(one, ", priority: 1");
    stage.poll();
    stage.time.jump(right);
    signed.deploy(two, ", window: {days: [fri], from: \"00:00\", for: 1d, zone: UTC}");
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
    signed.deploy(one, "");
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
    signed.installed();
    stage.close();
    Files.move(site, folder.resolve("gone"));

    stage.start().poll();
    Document status = stage.status();

    assertThat(status.object("trusted").object("versions").number("timestamp", 1, 99)).isPositive();
    assertThat(stage.explain().object("desired").object("release").text("version")).isEqualTo("1");
  }
}
