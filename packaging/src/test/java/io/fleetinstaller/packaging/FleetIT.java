package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fleetinstaller.desired.Circumstances;
import io.fleetinstaller.desired.HostFacts;
import io.fleetinstaller.desired.HostPolicy;
import io.fleetinstaller.desired.RemoteConfig;
import io.fleetinstaller.desired.RemoteUpdates;
import io.fleetinstaller.desired.Wanted;
import io.fleetinstaller.http.Connections;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Version;
import io.fleetinstaller.source.PollClock;
import io.fleetinstaller.source.Rhythm;
import io.fleetinstaller.source.SignedSource;
import io.fleetinstaller.source.Site;
import io.fleetinstaller.source.SourceSettings;
import io.fleetinstaller.source.SourceState;
import io.fleetinstaller.trust.FakeRepository;
import io.fleetinstaller.trust.TestKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fleet in one process: hosts that are told apart by their ids only, with the code that real
 * hosts run. Chance and ids are fixed, so that every run is the same; the numbers are printed.
 */
class FleetIT {
  private static final int HOSTS = 10_000;
  private static final PackageName AGENT = new PackageName("agent");
  private static final Instant START = Instant.parse("2026-11-23T08:00:00Z");
  private static final String CATALOG =
      """
      {"formatVersion":1,"package":"agent","releases":[{"version":"2","digest":"sha256:%1$s","published":"2026-11-20T00:00:00Z",
        "platforms":[{"os":"linux","architecture":"amd64","digest":"sha256:%1$s","size":500}]}]}
      """
          .formatted("b".repeat(64));
  private static final String DEPLOYMENT =
      """
      {"formatVersion":1,"deployments":[{"id":"agent-2026-47","package":"agent","by":"ann","version":"2","digest":"sha256:%s",
        "rollout":{"start":"%s","waves":[
          {"percent":1},{"percent":5,"after":"1h"},{"percent":20,"after":"4h"},{"percent":50,"after":"1d"},{"percent":100,"after":"2d"}]}}]}
      """
          .formatted("b".repeat(64), START);
  private static final SortedMap<Duration, Integer> WAVES =
      new TreeMap<>(
          Map.of(
              Duration.ZERO,
              1,
              Duration.ofHours(1),
              5,
              Duration.ofHours(4),
              20,
              Duration.ofDays(1),
              50,
              Duration.ofDays(2),
              100));
  private static final int WORKERS = 2;
  private static final Rhythm RHYTHM = Rhythm.DEFAULT;
  private static final int SECONDS = (int) RHYTHM.interval().toSeconds();

  @TempDir Path folder;

  @Test
  void each_wave_reaches_its_share_of_the_fleet_and_nobody_leaves_it() {
    RemoteConfig config = config();
    Set<Integer> before = Set.of();
    for (Map.Entry<Duration, Integer> wave : WAVES.entrySet()) {
      Set<Integer> reached = reached(config, START.plus(wave.getKey()));
      Set<Integer> justBefore = reached(config, START.plus(wave.getKey()).minusMillis(1));
      double share = 100.0 * reached.size() / HOSTS;
      print("wave of %3d %%: %.2f %% of %d hosts".formatted(wave.getValue(), share, HOSTS));

      assertThat(share).isCloseTo(wave.getValue(), within(2.0));
      assertThat(justBefore).isEqualTo(before);
      assertThat(reached).containsAll(before);
      before = reached;
    }
    assertThat(before).hasSize(HOSTS);
  }

  @Test
  void polls_are_spread_evenly_also_after_all_hosts_start_at_once() {
    List<PollClock> clocks = clocks();
    int[] polls = new int[SECONDS * 30];
    for (PollClock clock : clocks) {
      Duration at = clock.first(true);
      for (; at.toSeconds() < polls.length; at = at.plus(clock.afterSuccess())) {
        polls[(int) at.toSeconds()]++;
      }
    }

    for (int minute : List.of(0, 1, 2, 10, 29)) {
      IntSummaryStatistics second = minute(polls, minute);
      print(
          "minute %2d after the start of all: %d polls, %d to %d in a second"
              .formatted(minute, second.getSum(), second.getMin(), second.getMax()));
      assertThat(second.getSum()).isCloseTo(HOSTS, within((long) HOSTS / 20));
      assertThat(second.getMin()).isGreaterThan(HOSTS / SECONDS * 6 / 10);
      assertThat(second.getMax()).isLessThan(HOSTS / SECONDS * 14 / 10);
    }
  }

  @Test
  void polls_are_spread_evenly_after_a_server_has_told_all_hosts_to_wait() {
    int wait = 300;
    int[] polls = new int[wait + SECONDS * 12];
    for (PollClock clock : clocks()) {
      Duration at = clock.first(true).plus(clock.afterFailure(Duration.ofSeconds(wait)));
      for (; at.toSeconds() < polls.length; at = at.plus(clock.afterSuccess())) {
        polls[(int) at.toSeconds()]++;
      }
    }

    IntSummaryStatistics all = IntStream.of(polls).summaryStatistics();
    print("after Retry-After of %d s: at most %d polls in a second".formatted(wait, all.getMax()));
    assertThat(IntStream.of(polls).limit(wait).sum()).isZero();
    assertThat(all.getMax()).isLessThan(HOSTS / SECONDS * 15 / 10);
  }

  @Test
  void an_unchanged_poll_is_one_conditional_request_without_a_body() throws Exception {
    Path served = publish();
    List<Nginx.Line> log;
    try (Nginx nginx = new Nginx(folder.resolve("nginx"), served)) {
      onWorkers(worker -> pollAll(nginx, worker));
      log = nginx.log();
    }

    log = log.stream().filter(line -> line.host() < HOSTS).toList();
    Map<Integer, List<Nginx.Line>> byHost =
        log.stream()
            .collect(Collectors.groupingBy(Nginx.Line::host, TreeMap::new, Collectors.toList()));
    List<Nginx.Line> unchanged = log.stream().filter(Nginx.Line::conditional).toList();
    IntSummaryStatistics bodies = unchanged.stream().mapToInt(Nginx.Line::body).summaryStatistics();
    IntSummaryStatistics wholes = unchanged.stream().mapToInt(Nginx.Line::all).summaryStatistics();
    IntSummaryStatistics starts =
        byHost.values().stream().mapToInt(lines -> lines.size() - 1).summaryStatistics();
    print(
        "unchanged poll: %.4f requests a host, body at most %d bytes, with head at most %d"
            .formatted((double) unchanged.size() / HOSTS, bodies.getMax(), wholes.getMax()));
    print(
        "first poll after a restart: %d to %d requests"
            .formatted(starts.getMin(), starts.getMax()));

    assertThat(byHost).hasSize(HOSTS);
    assertThat(unchanged).hasSize(HOSTS);
    assertThat(bodies.getMax()).isLessThanOrEqualTo(500);
    assertThat(starts.getMin()).as("requests beside the unchanged poll").isEqualTo(starts.getMax());
    assertThat(byHost.values()).allSatisfy(FleetIT::endsUnchanged);
  }

  private static void endsUnchanged(List<Nginx.Line> lines) {
    assertThat(lines.getLast().path()).isEqualTo("metadata/timestamp.json");
    assertThat(lines.getLast().status()).isEqualTo(304);
    assertThat(lines.stream().filter(Nginx.Line::conditional)).hasSize(1);
  }

  /** Many hosts that have the config already start, poll once, and poll once more. */
  private Void pollAll(Nginx nginx, int worker) throws Exception {
    Path state = folder.resolve("state-" + worker);
    try (SignedSource first = source(nginx, state, HOSTS + worker)) {
      first.stored();
      assertThat(first.poll().problem()).isEmpty();
    }
    for (int host = worker; host < HOSTS; host += WORKERS) {
      try (SignedSource source = source(nginx, state, host)) {
        assertThat(source.stored().config()).isPresent();
        assertThat(source.poll().problem()).isEmpty();
        SourceState unchanged = source.poll();
        assertThat(unchanged.problem()).isEmpty();
        assertThat(unchanged.config().orElseThrow().documents()).hasSize(2);
      }
    }
    return null;
  }

  private SignedSource source(Nginx nginx, Path state, int host) {
    SourceSettings settings =
        new SourceSettings(
            List.of(nginx.address(host)),
            folder.resolve("root.json"),
            new TreeSet<>(Set.of("stable")),
            new TreeSet<>(Set.of("prod")),
            RHYTHM,
            Connections.DEFAULT);
    return new SignedSource(
        settings, new Site(state, new DurableDisk(), new FakeTime(), chance(host), Map.of()));
  }

  /** A signed repository that nginx may read. */
  private Path publish() throws IOException {
    FakeRepository repository = new FakeRepository();
    // Of all keys these are verified fastest, by far: ten thousand hosts start on two threads here.
    for (String role : List.of("root", "timestamp", "snapshot", "targets")) {
      repository.keys.get(role).clear();
      repository.signers.get(role).clear();
      repository.key(role, TestKey.rsa(2048));
    }
    repository.publish("root");
    repository.target("targets", "catalog/stable/agent.json", CATALOG);
    repository.target("targets", "deployments/prod/agent.json", DEPLOYMENT);
    repository.publishAll();
    Path served = folder.resolve("served");
    for (Map.Entry<String, byte[]> file : repository.files.entrySet()) {
      Path path = served.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    Files.write(folder.resolve("root.json"), root(repository));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    return served;
  }

  // What is signed is not quite JSON where a key has several lines; what is read must be.
  private static byte[] root(FakeRepository repository) {
    return new String(repository.files.get("metadata/2.root.json"), StandardCharsets.UTF_8)
        .replace("\n", "\\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void onWorkers(Worker worker) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        int number = i;
        all.add(threads.submit(() -> worker.run(number)));
      }
      for (Future<Void> one : all) {
        one.get();
      }
    }
  }

  private interface Worker {
    Void run(int number) throws Exception;
  }

  private static Set<Integer> reached(RemoteConfig config, Instant now) {
    return IntStream.range(0, HOSTS)
        .filter(host -> wish(config, host, now).want() instanceof Desired.Run)
        .boxed()
        .collect(Collectors.toSet());
  }

  private static Desired wish(RemoteConfig config, int host, Instant now) {
    HostFacts facts =
        new HostFacts(
            "host-%05d".formatted(host),
            "web-%d".formatted(host),
            new Platform("linux", "amd64"),
            new TreeMap<>(),
            new Version("1.2"));
    RemoteUpdates on = new RemoteUpdates(true, "a test", Optional.empty());
    return Wanted.of(config, new Circumstances(facts, HostPolicy.NONE, on, Map.of(), now))
        .get(AGENT);
  }

  private static RemoteConfig config() {
    SortedMap<String, byte[]> documents = new TreeMap<>();
    documents.put("catalog/stable/agent.json", CATALOG.getBytes(StandardCharsets.UTF_8));
    documents.put("deployments/prod/agent.json", DEPLOYMENT.getBytes(StandardCharsets.UTF_8));
    return RemoteConfig.of(documents, Set.of("stable"), Set.of("prod"));
  }

  private static List<PollClock> clocks() {
    return IntStream.range(0, HOSTS).mapToObj(host -> new PollClock(RHYTHM, chance(host))).toList();
  }

  private static RandomGenerator chance(int host) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(host);
  }

  private static IntSummaryStatistics minute(int[] polls, int minute) {
    return IntStream.of(polls).skip((long) minute * SECONDS).limit(SECONDS).summaryStatistics();
  }

  private static void print(String text) {
    System.out.println("fleet: " + text);
  }
}
