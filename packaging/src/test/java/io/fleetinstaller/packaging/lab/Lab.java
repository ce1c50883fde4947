package io.fleetinstaller.packaging.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The fault laboratory; packaging/lab starts it and tells what its arguments are. */
public final class Lab {
  /** Runs on which nothing goes wrong, to compare with. */
  private static final int CALM = 3;

  private final Options options;
  private final LabHost.Parts parts;
  private final Tally tally = new Tally();
  private final long began = System.nanoTime();

  private Lab(Options options, LabHost.Parts parts) {
    this.options = options;
    this.parts = parts;
  }

  public static void main(String[] args) throws Exception {
    Path here = Path.of(System.getProperty("packaging"));
    LabHost.Parts parts =
        new LabHost.Parts(
            here.resolve("src/test/bed"),
            Path.of(System.getProperty("distribution")),
            here.resolve("../systemd/src/main/units"),
            here.resolve("src/package/fleet-installer.yaml"),
            here.resolve("target/test-classes"),
            Path.of(System.getenv("GUESTS")));
    System.exit(new Lab(Options.of(args), parts).run());
  }

  private int run() throws IOException, InterruptedException {
    List<LabHost> hosts = new ArrayList<>();
    try {
      hosts.addAll(prepared(options.guests()));
      Queue<Run> runs = new ConcurrentLinkedQueue<>();
      Queue<Scenario> scenarios = new ConcurrentLinkedQueue<>();
      if (options.again().isPresent()) {
        runs.addAll(Run.told(Files.readAllLines(options.again().get())));
      } else {
        runs.addAll(runs(recordings(hosts)));
        scenarios.addAll(Scenarios.all());
      }
      scenarios.removeIf(it -> !options.wants(it) || (options.shortRun() && !it.quick()));
      abreast(
          hosts,
          host -> {
            work(host, runs);
            play(host, scenarios);
          });
    } finally {
      hosts.forEach(LabHost::close);
    }
    return tell();
  }

  /** The first is prepared, and the others are copies of it. */
  private List<LabHost> prepared(int count) throws IOException, InterruptedException {
    List<Path> versions = new ArrayList<>();
    for (String version : List.of("0.1.0", "0.2.0")) {
      Path folder = Files.createDirectories(parts.scratch().resolve(version));
      Versions.write(parts.product(), version, folder);
      versions.add(folder);
    }
    LabHost first = LabHost.up(parts);
    try {
      first.prepare(versions);
      return first.and(count);
    } catch (IOException | RuntimeException e) {
      first.close();
      throw e;
    }
  }

  /** Something that every host does. */
  private interface Work {
    void doneBy(LabHost host) throws IOException;
  }

  private static void abreast(List<LabHost> hosts, Work work) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    for (LabHost host : hosts) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  work.doneBy(host);
                } catch (IOException | RuntimeException | Error e) {
                  failures.add(e);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.getFirst());
    }
  }

  private Map<Route, List<String>> recordings(List<LabHost> hosts) throws InterruptedException {
    Map<Route, List<String>> recorded = new ConcurrentHashMap<>();
    Queue<Route> routes = new ConcurrentLinkedQueue<>(Route.TRIED);
    abreast(
        hosts,
        host -> {
          for (Route route = routes.poll(); route != null; route = routes.poll()) {
            recorded.put(route, host.record(route));
          }
        });
    return recorded;
  }

  private Set<String> tried() throws IOException {
    if (options.tried().isEmpty()) {
      return Set.of();
    }
    try (Stream<String> told = Files.lines(options.tried().get())) {
      return Run.ways(told);
    }
  }

  private List<Run> runs(Map<Route, List<String>> recorded) throws IOException {
    Matrix matrix = new Matrix();
    List<List<String>> known = new ArrayList<>();
    for (Route route : Route.TRIED) {
      matrix.add(route, recorded.get(route), known);
      known.add(recorded.get(route));
    }
    Random random = new Random(options.seed());
    List<Run> runs = matrix.sample(options.sample(), tried(), random);
    runs.addAll(matrix.pairs(options.pairs(), random));
    for (int i = 0; i < (options.shortRun() ? 1 : CALM); i++) {
      runs.addFirst(Run.of(Route.REVERT));
      runs.addFirst(Run.of(Route.LATE_REVERT));
      runs.addFirst(new Run(Route.LATE_REVERT, List.of(afterRestart(recorded, Manner.DIE))));
      runs.addFirst(new Run(Route.LATE_REVERT, List.of(afterRestart(recorded, Manner.KILL))));
    }
    runs.removeIf(run -> !options.wants(run));
    System.out.printf(
        "%d fault points, %d ways to fail at them, %d by the names of their effects; %d runs with seed %d%n",
        matrix.points(), matrix.all().size(), matrix.ways().size(), runs.size(), options.seed());
    return runs;
  }

  /** As soon as the restart of the candidate has returned. */
  private static Strike afterRestart(Map<Route, List<String>> recorded, Manner manner) {
    long restarts = recorded.get(Route.REVERT).stream().filter("systemctl restart"::equals).count();
    return Strike.of("systemctl restart", Math.toIntExact(Math.max(1, restarts - 1)), true, manner);
  }

  private void work(LabHost host, Queue<Run> runs) {
    for (Run run = runs.poll(); run != null && !isOver(); run = runs.poll()) {
      Run next = run;
      List<String> broken =
          tried(
              () -> {
                Played played = host.play(next);
                tally.count(played);
                System.out.println(played.line());
                return played.broken();
              },
              next.kind());
      complain(host, run, broken);
    }
  }

  private void play(LabHost host, Queue<Scenario> scenarios) {
    for (Scenario it = scenarios.poll(); it != null && !isOver(); it = scenarios.poll()) {
      Scenario next = it;
      List<String> broken =
          tried(
              () -> {
                Scenario.Outcome outcome = host.play(next);
                tally.count(next.name(), outcome);
                return outcome.broken();
              },
              next.name());
      System.out.printf("%s -> %s%n", next, broken.isEmpty() ? "as it should" : "brick");
      complain(host, next, broken);
    }
  }

  private boolean isOver() {
    return System.nanoTime() - began > TimeUnit.MINUTES.toNanos(options.minutes());
  }

  /** A host on which not even the laboratory can go on is bricked. */
  private List<String> tried(Supplier<List<String>> play, String kind) {
    try {
      return play.get();
    } catch (RuntimeException | AssertionError e) {
      tally.failed(kind);
      return List.of("the laboratory itself failed: " + e);
    }
  }

  private static void complain(LabHost host, Object what, List<String> broken) {
    if (!broken.isEmpty()) {
      System.out.printf("BRICK %s%n%s%n%s%n", what, String.join("\n", broken), host.story());
    }
  }

  private int tell() throws IOException {
    List<String> table = tally.table();
    table.forEach(System.out::println);
    if (options.results().isPresent()) {
      Files.write(options.results().get(), table);
    }
    if (tally.missesMost()) {
      System.out.println("guests: most of the faults did not happen, so little was proved");
    }
    tally.lastLines().forEach(System.out::println);
    return tally.bricks() > 0 || tally.missesMost() ? 1 : 0;
  }
}
