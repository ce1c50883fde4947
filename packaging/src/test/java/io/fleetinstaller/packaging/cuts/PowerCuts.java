package io.fleetinstaller.packaging.cuts;

import io.fleetinstaller.packaging.cuts.Cut.Course;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * {@code PowerCuts COUNT SEED MACHINES [frozen | CUT]}: upgrades in virtual machines whose power
 * goes, so many of them side by side; or, frozen, two upgrades whose disks are copied at random
 * moments, as cuts would have left them; or one that was told of, once more. A cut counts when the
 * machine was switched on again with what is left on its disk, and was looked at. The last line is
 * {@code cuts: N faults, M bricks}; it exits 1 when there is a brick, or fewer cuts count than
 * there should be. packaging/lab-vm starts it.
 */
public final class PowerCuts {
  private static final Duration PATIENCE = Duration.ofMinutes(8);
  private static final long MOST_MILLIS_BETWEEN = 4_000;

  private final Machine.Image image;
  private final Path work;
  private final Toll toll;

  private PowerCuts(Machine.Image image, Path work, int count) {
    this.image = image;
    this.work = work;
    this.toll = new Toll(count);
  }

  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[0]);
    long seed = Long.parseLong(args[1]);
    int machines = Integer.parseInt(args[2]);
    Path work = Files.createTempDirectory("power-cuts");
    int status = 70;
    try {
      Machine.Image image = Laboratory.image(Path.of(System.getProperty("packaging")), work);
      PowerCuts cuts = new PowerCuts(image, work, count);
      Runtime.getRuntime().addShutdownHook(new Thread(cuts::stoppedEarly));
      if (args.length > 3 && !args[3].equals("frozen")) {
        cuts.toll.count(cuts.play(Cut.told(args[3])));
      } else if (args.length > 3) {
        cuts.thaw(count, new Random(seed), machines);
      } else {
        cuts.play(count, seed, machines);
      }
      status = cuts.tell();
    } catch (IOException | InterruptedException | RuntimeException e) {
      System.err.println("the laboratory itself failed: " + e);
    }
    leaveNothing(work);
    Runtime.getRuntime().halt(status);
  }

  /** What has been counted by then counts. */
  private void stoppedEarly() {
    int status = tell();
    System.out.close(); // what goes down from here on is no brick
    leaveNothing(work);
    Runtime.getRuntime().halt(status);
  }

  private int tell() {
    toll.table().forEach(System.out::println);
    return toll.bricks() == 0 && !toll.tooFew() ? 0 : 1;
  }

  private static void leaveNothing(Path work) {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    try {
      Laboratory.delete(work);
    } catch (IOException e) {
      System.err.println("cannot remove " + work + ": " + e);
    }
  }

  private void play(int count, long seed, int machines) throws InterruptedException {
    Course[] courses = new Course[2];
    abreast(
        machines,
        List.of(
            () -> courses[0] = course("new"),
            () -> courses[1] = course("crashes"),
            () -> toll.plain(plainBoot())));
    List<Cut> plan = Cut.plan(count, courses[0], courses[1], new Random(seed));
    System.out.printf("%d cuts with seed %d, of %s%n", count, seed, told(courses));
    abreast(machines, plan.stream().<Work>map(cut -> () -> toll.count(play(cut))).toList());
  }

  /** Every second one on the way back. */
  private void thaw(int count, Random random, int machines)
      throws IOException, InterruptedException {
    List<Frozen> all = new ArrayList<>(frozen("new", count - count / 2, random));
    all.addAll(frozen("crashes", count / 2, random));
    abreast(
        machines,
        all.stream()
            .<Work>map(it -> () -> toll.count(afterwards(it.cut(), it.remains(), it.folder())))
            .toList());
  }

  /** What a cut at this moment would have left. */
  private record Frozen(Cut cut, Disk.Remains remains, Path folder) {}

  /** So many moments of one upgrade, or as many as there were until it was over. */
  private List<Frozen> frozen(String release, int count, Random random)
      throws IOException, InterruptedException {
    List<Frozen> all = new ArrayList<>();
    Path course = Files.createTempDirectory(work, "course");
    try (Disk disk = image.disk(course.resolve("disk"));
        Machine machine = Machine.resume(image, course, disk)) {
      machine.run("/usr/local/lib/bed/desire " + release, PATIENCE);
      long begun = System.nanoTime();
      do {
        Thread.sleep(random.nextLong(MOST_MILLIS_BETWEEN));
        long millis = (System.nanoTime() - begun) / 1_000_000;
        Path folder = Files.createTempDirectory(work, "frozen");
        Cut.Clock clock = Cut.Clock.ofTurn(all.size());
        Cut cut = new Cut(release, millis, Optional.empty(), clock, random.nextInt(Cut.CHANCES));
        all.add(
            new Frozen(cut, disk.cut(new Random(cut.chance()), folder.resolve("left")), folder));
      } while (!over(machine, release));
    }
    Collections.shuffle(all, random);
    System.out.printf("%s: %d moments%n", release, all.size());
    return all.subList(0, Math.min(count, all.size()));
  }

  private static boolean over(Machine machine, String release) throws IOException {
    String look = ". /usr/local/lib/bed/nap; over %s && echo over".formatted(release);
    return machine.run(look, PATIENCE).strip().equals("over");
  }

  private static List<String> told(Course... courses) {
    return List.of(courses).stream()
        .map(it ->
            "%s: %d effects in %d ms".formatted(it.release(), it.effects().size(), it.millis()))
        .toList();
  }

  /** Something done on one machine after the other. */
  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static void abreast(int machines, List<Work> all) throws InterruptedException {
    Queue<Work> left = new ConcurrentLinkedQueue<>(all);
    Queue<Exception> failures = new ConcurrentLinkedQueue<>();
    Runnable worker =
        () -> {
          for (Work next = left.poll(); next != null; next = left.poll()) {
            try {
              next.run();
            } catch (IOException | InterruptedException | RuntimeException e) {
              failures.add(e);
              left.clear();
            }
          }
        };
    List<Thread> threads =
        java.util.stream.IntStream.range(0, machines)
            .mapToObj(_ -> Thread.ofPlatform().start(worker))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.element());
    }
  }

  private Course course(String release) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(work, "course");
    try (Disk disk = image.disk(folder.resolve("disk"));
        Machine machine = Machine.resume(image, folder, disk)) {
      List<String> lines =
          machine.run("/usr/local/lib/bed/recorded " + release, PATIENCE).lines().toList();
      return new Course(release, Long.parseLong(lines.getFirst()), lines.subList(1, lines.size()));
    } finally {
      Laboratory.delete(folder);
    }
  }

  /**
   * Seconds from power-on to the agent's answer on a machine that was switched off in good order.
   */
  private double plainBoot() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(work, "plain");
    try (Disk disk = image.disk(folder.resolve("disk"))) {
      try (Machine machine = Machine.resume(image, folder, disk)) {
        machine.run("systemctl poweroff --no-block", PATIENCE);
        machine.awaitOff();
      }
      try (Machine machine = Machine.boot(image, folder, disk, Cut.Clock.RIGHT)) {
        String first =
            machine.run(
                "until [ -s /run/serving ]; do sleep 0.1; done; cat /run/serving", PATIENCE);
        return Seen.seconds(first);
      }
    } finally {
      Laboratory.delete(folder);
    }
  }

  private Seen play(Cut cut) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(work, "cut");
    try (Disk disk = image.disk(folder.resolve("disk"))) {
      try (Machine machine = Machine.resume(image, folder, disk)) {
        reach(cut, machine);
        machine.cut();
      }
      Disk.Remains remains = disk.cut(new Random(cut.chance()), folder.resolve("left"));
      return afterwards(cut, remains, folder);
    } finally {
      Laboratory.delete(folder);
    }
  }

  /**
   * What becomes of the machine with this disk. An emulated one may be too slow for all of its own
   * deadlines: whether it would have come to an end the same disk is asked once more.
   */
  private Seen afterwards(Cut cut, Disk.Remains remains, Path folder)
      throws IOException, InterruptedException {
    System.out.printf("%s: %s%n", cut, remains);
    toll.lost(remains);
    try (Disk left = remains.left()) {
      Seen first = switchedOn(cut, left, folder.resolve("first"));
      if (!first.isLate()) {
        return first;
      }
      System.out.printf("%s: it had not ended in time; the same disk once more%n", cut);
      toll.late();
      return switchedOn(cut, left, folder.resolve("again"));
    }
  }

  /** A machine that does not come up again is the worst that can be seen: nobody asks it twice. */
  private Seen switchedOn(Cut cut, Disk left, Path folder)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    try (Disk disk = left.copy(folder.resolve("disk"));
        Machine machine = Machine.boot(image, folder, disk, cut.clock())) {
      String report =
          machine.run("/usr/local/lib/bed/report %s 300".formatted(cut.release()), PATIENCE);
      Seen seen = Seen.of(cut, report);
      show(seen, report);
      if (!seen.broken().isEmpty()) {
        System.out.println(machine.run(STORY, PATIENCE));
        System.out.println(machine.story());
      }
      return seen;
    } catch (IOException e) {
      Seen seen = Seen.of(cut, "down=yes");
      show(seen, String.valueOf(e.getMessage()));
      return seen;
    }
  }

  private void reach(Cut cut, Machine machine) throws IOException, InterruptedException {
    Optional<String> strike = cut.strike();
    if (strike.isPresent()) {
      String script = "/usr/local/lib/bed/strike %s '%s'".formatted(cut.release(), strike.get());
      String reached = machine.run(script, PATIENCE).strip();
      if (!reached.equals("fired")) {
        System.out.printf("%s: %s%n", cut, reached);
        toll.passedBy();
      }
    } else {
      machine.run("/usr/local/lib/bed/desire " + cut.release(), PATIENCE);
      Thread.sleep(cut.millis());
    }
  }

  private static void show(Seen seen, String report) {
    System.out.printf(
        "%s -> %s; left at %s; serving after %.1f s%s%n",
        seen.cut(),
        seen.broken().isEmpty() ? seen.end() : "BRICK " + seen.broken(),
        seen.left(),
        seen.serving(),
        seen.servedWithoutDaemon() ? "" : ", the daemon first");
    if (!seen.broken().isEmpty()) {
      System.out.println(report);
    }
  }

  private static final String STORY =
      """
      ls -la /opt/datadog-packages/node-exporter /var/lib/fleet-installer/*
      journalctl -b --no-pager -o short-monotonic -u 'fleet-installer*' -u 'node-exporter*' \
        | grep -v collector= | tail -60
      for f in /var/lib/fleet-installer/journals/node-exporter/*; do echo "$f"; tail -5 "$f" | tr -d '\\0'; done
      """;
}
