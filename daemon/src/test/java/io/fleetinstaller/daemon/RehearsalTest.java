package io.fleetinstaller.daemon;

import static io.fleetinstaller.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.api.FakeOperations;
import io.fleetinstaller.api.Limits;
import io.fleetinstaller.api.Server;
import io.fleetinstaller.api.SocketFile;
import io.fleetinstaller.host.Host;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.SystemTime;
import io.fleetinstaller.io.Time;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.repo.Publisher;
import io.fleetinstaller.report.DaemonReport;
import io.fleetinstaller.report.HostStatus;
import io.fleetinstaller.report.PackageStatus;
import io.fleetinstaller.report.Samples;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a candidate of the daemon must show beside the one that runs, and what is refused. */
@Timeout(120)
class RehearsalTest {
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

  @Test
  void a_candidate_whose_poll_hangs_is_tried_again_later() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path other = follows("http://127.0.0.1:" + silent.getLocalPort());
      own.rehearses(() -> own.rehearse(other, new Hasty(Rehearsing.PATIENCE)));

      stage.desire(next);
      stage.poll();
    }

    assertThat(refusal().text("code")).isEqualTo("rehearsal-failed");
    assertThat(refusal().text("sentence")).contains("it had not polled the source");
    assertThat(stage.host.deeds).noneMatch(deed -> deed.startsWith("arm"));
  }

  @ParameterizedTest
  @CsvSource({"journal, 2", "unheard-of, 1"})
  void a_candidate_that_would_write_what_this_daemon_cannot_read_is_refused(
      String format, long number) throws Exception {
    FakeOperations candidate = new FakeOperations();
    TreeMap<String, Long> formats = new TreeMap<>(Formats.now());
    formats.put(format, number);
    candidate.daemon = new DaemonReport(OwnPackage.VERSION, 42, formats);
    own.rehearses(() -> answer(candidate));

    stage.desire(next);
    stage.poll();

    assertThat(refusal().text("code")).isEqualTo("rehearsal-failed");
    assertThat(refusal().text("sentence"))
        .contains("what this daemon could not read: {%s=%d}".formatted(format, number));
    assertThat(stage.host.deeds).noneMatch(deed -> deed.startsWith("arm"));
  }

  /** As one does that looks at the state itself, and finds its disk full. */
  @Test
  void an_older_candidate_may_tell_what_was_set_aside_long_ago() throws Exception {
    Path aside = Files.writeString(folder.resolve("state/policy.json.corrupt"), "once damaged");
    FakeOperations candidate = new FakeOperations();
    candidate.daemon = new DaemonReport(OwnPackage.VERSION, 42, Formats.now());
    candidate.status =
        () ->
            status(
                new Reason(ReasonCode.STATE_DAMAGED, aside + " was damaged and is set aside"),
                new Reason(ReasonCode.DISK_FULL, "the disk of the state is full"));
    own.rehearses(() -> answer(candidate));

    stage.desire(next);
    stage.awaitEnd();

    assertThat(stage.host.deeds).contains("arm fleet-installer");
  }

  @Test
  void a_candidate_that_finds_damage_where_there_is_none_is_refused() throws Exception {
    FakeOperations candidate = new FakeOperations();
    candidate.daemon = new DaemonReport(OwnPackage.VERSION, 42, Formats.now());
    candidate.status =
        () -> status(damaged("state/policy.json"), damaged("state/trust/memory/floors.json"));
    own.rehearses(() -> answer(candidate));

    stage.desire(next);
    stage.poll();

    assertThat(refusal().texts("evidence"))
        .containsExactly(
            "it: cannot read %s/state/policy.json: it is new to me".formatted(folder),
            "it: cannot read %s/state/trust/memory/floors.json: it is new to me".formatted(folder),
            "we: nothing is damaged");
  }

  @Test
  void what_else_a_newer_candidate_finds_and_what_is_fetched_again_is_not_held_against_it()
      throws Exception {
    FakeOperations candidate = new FakeOperations();
    candidate.daemon = new DaemonReport(OwnPackage.VERSION, 42, Formats.now());
    candidate.status =
        () ->
            status(
                new Reason(ReasonCode.STATE_DAMAGED, "nobody knows how agent 1 came"),
                damaged("state/source/documents/0001"),
                damaged("state/trust/snapshot.json"));
    own.rehearses(() -> answer(candidate));

    stage.desire(next);
    stage.awaitEnd();

    assertThat(stage.host.deeds).contains("arm fleet-installer");
  }

  private Reason damaged(String file) {
    return new Reason(
        ReasonCode.STATE_DAMAGED,
        "cannot read %s: it is new to me".formatted(own.rehearsal().resolve(file)));
  }

  /** What a candidate says that sees the host as it is, and these problems. */
  private HostStatus status(Reason... problems) {
    HostStatus like = Samples.signed();
    PackageStatus self =
        new PackageStatus(
            PackageName.INSTALLER,
            Optional.of(old),
            Optional.empty(),
            Optional.empty(),
            Samples.well().outlook(),
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new HostStatus(
        like.clock(),
        like.machine(),
        like.identity(),
        like.daemon(),
        like.settings(),
        like.source(),
        like.trusted(),
        like.space(),
        List.of(self),
        List.of(problems));
  }

  /** A candidate that says whatever it was told to, until it has been heard. */
  private Host.Exit answer(FakeOperations candidate) {
    Path socket = Rehearsing.socket(own.rehearsal());
    try (Server _ =
        Server.open(new SocketFile(socket, Optional.empty()), candidate, Limits.DEFAULT)) {
      eventually("it has been heard", () -> !Files.exists(socket));
      return new Host.Exit(0, false, List.of());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Settings of a host that follows signed config from there, and else as the stage's. */
  private Path follows(String url) throws Exception {
    Publisher publisher = new Publisher(folder.resolve("repo"), stage.time);
    publisher.publish();
    Path root = publisher.root();
    String settings =
        Files.readString(stage.settings())
            .replace("file: %s/desired.yaml".formatted(folder), "url: \"%s\"".formatted(url))
            .replace("trustRoot: %s/root.json".formatted(folder), "trustRoot: " + root);
    assertThat(settings).contains(url).contains(root.toString());
    return Files.writeString(folder.resolve("other.yaml"), settings);
  }

  private Document refusal() throws Exception {
    return stage.explain(PackageName.INSTALLER).object("last").object("reason");
  }

  /** Has what is waited for at first pass at once, and nothing after that. */
  private static final class Hasty implements Time {
    private final Time time = new SystemTime();
    private final Duration most;
    private Duration skipped = Duration.ZERO;

    Hasty(Duration most) {
      this.most = most;
    }

    @Override
    public Instant now() {
      return time.now();
    }

    @Override
    public synchronized Duration elapsed() {
      return time.elapsed().plus(skipped);
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      if (!skip(duration)) {
        time.sleep(duration);
      }
    }

    private synchronized boolean skip(Duration duration) {
      boolean skips = skipped.compareTo(most) < 0;
      skipped = skips ? skipped.plus(duration) : skipped;
      return skips;
    }
  }
}
