package io.fleetinstaller.packaging.lab;

import io.fleetinstaller.packaging.Guest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A guest with a real exporter and a neighbour on which one thing after the other goes wrong. */
final class LabHost implements AutoCloseable {
  static final String HELPER = "/usr/local/lib/bed/lab";
  static final String FOLDER = "/var/lib/fleet-installer-lab";

  private static final int END_MILLIS = 120_000;
  private static final int REPORT_MILLIS = 30_000;
  private static final int GUARD_MILLIS = 16_000;
  private static final int HANDLED_AT_MOST = 8;

  private final Guest guest;
  private final Parts parts;

  private LabHost(Guest guest, Parts parts) {
    this.guest = guest;
    this.parts = parts;
  }

  /**
   * Where the parts of it lie.
   *
   * @param scripts of the bed
   * @param product the distribution
   * @param descriptor of the product as a package
   * @param classes of the laboratory
   * @param scratch what is forgotten with the laboratory
   */
  record Parts(
      Path scripts, Path product, Path units, Path descriptor, Path classes, Path scratch) {}

  static LabHost up(Parts parts) {
    Guest guest =
        Guest.up(
            parts.scripts(),
            parts.product(),
            "-lab",
            List.of("--bind-ro=" + parts.classes().toAbsolutePath() + ":/opt/lab"));
    return new LabHost(guest, parts);
  }

  /** More like this one, which is prepared; so many in all. */
  List<LabHost> and(int all) {
    List<LabHost> hosts = new ArrayList<>(List.of(this));
    guest.powerOff();
    for (int i = 1; i < all; i++) {
      hosts.add(new LabHost(guest.another("-" + i), parts));
    }
    guest.boot();
    return hosts;
  }

  /**
   * Makes the releases and the scenes; takes half a minute.
   *
   * @param libraries of the product under other versions, a folder each
   */
  void prepare(List<Path> libraries) throws IOException {
    guest.copyIn(parts.units(), "/etc/systemd/system");
    guest.write("/etc/bed/fleet-installer.yaml", Files.readString(parts.descriptor()));
    for (Path version : libraries) {
      guest.copyIn(version, "/srv/self-" + version.getFileName());
    }
    say("prepare");
  }

  Guest guest() {
    return guest;
  }

  /** The effects of a route on which nothing goes wrong. */
  List<String> record(Route route) {
    reset(route);
    guest.sh("touch %s/record".formatted(FOLDER));
    begin(route);
    await(route, 0);
    guest.sh("sleep 0.3");
    return guest.sh("cat %s/record".formatted(FOLDER)).lines().toList();
  }

  /** Plays a scenario. */
  Scenario.Outcome play(Scenario scenario) {
    Stage stage = new Stage(this, scenario.route());
    scenario.script().accept(stage);
    return stage.outcome(served());
  }

  /** Which version served, since the last reset. */
  private Timeline served() {
    return Timeline.of(guest.sh("cat %s/serving".formatted(FOLDER)).lines().toList());
  }

  /** Plays a run to its end and judges it. */
  Played play(Run run) {
    reset(run.route());
    String lines = run.strikes().stream().map(Strike::line).collect(Collectors.joining("\n"));
    guest.sh("install -m600 /dev/stdin %s/switch <<'EOF'\n%s\nEOF".formatted(FOLDER, lines));
    Played.Notes notes = new Played.Notes(System.nanoTime());
    begin(run.route());
    String answer = settle(run, notes);
    Facts facts = factsAtTheEnd();
    long failures = run.strikes().stream().filter(strike -> strike.manner().fails()).count();
    for (long left = failures; left > 0 && answer.equals("ended") && leftSomething(facts); left--) {
      guest.sh(ANOTHER_START);
      answer = settle(run, notes);
      guest.sh(CLEARED);
      facts = factsAtTheEnd();
    }
    if (!answer.equals("ended")) {
      notes.broken().add("I3 no end of the upgrade within %d ms".formatted(END_MILLIS));
    }
    notes.broken().addAll(new Invariants(run, facts, notes.hadPower()).atTheEnd());
    return new Played(run, facts, notes);
  }

  /** Where the disk did not let it, the last line and what is cleared away wait for a start. */
  private static boolean leftSomething(Facts facts) {
    boolean open = facts.all("journal").stream().anyMatch(it -> it.contains("open"));
    return open || !facts.all("armed").isEmpty() || !facts.all("prepared").isEmpty();
  }

  /** What goes wrong next may go wrong here. */
  private static final String ANOTHER_START =
      """
      systemctl stop fleet-installer.service || true
      systemctl start --no-block fleet-installer.service
      """;

  /** It is up before it clears away. */
  private static final String CLEARED =
      """
      for _ in $(seq 200); do
        [ -n "$(ls /var/lib/fleet-installer/armed 2> /dev/null)" ] || break
        sleep 0.1
      done
      """;

  /** Helps wherever the host needs it, until the upgrade has ended or is late. */
  private String settle(Run run, Played.Notes notes) {
    String answer = "";
    for (int helped = 0; helped < HANDLED_AT_MOST; helped++) {
      List<String> words = List.of(await(run.route(), notes.handled()).split(" "));
      answer = words.getFirst();
      if (words.size() == 1) {
        break;
      }
      notes.handled(Integer.parseInt(words.get(1)));
      help(answer, run, notes);
    }
    return answer;
  }

  /**
   * Gives the machine its power back, or lets the daemon start again after the guard had its time.
   * A daemon that was stopped is left to the watchdog of systemd.
   */
  private void help(String answer, Run run, Played.Notes notes) {
    notes.armed(guest.holds("[ -n \"$(ls /var/lib/fleet-installer/armed 2> /dev/null)\" ]"));
    if (answer.equals("cut")) {
      guest.kill();
      notes.powerOn(System.nanoTime());
      guest.boot();
    }
    if (guest.holds("[ -e %s/dead ]".formatted(FOLDER))) {
      if (say("quiet", Integer.toString(GUARD_MILLIS)).startsWith("unwound")) {
        notes.broken().add("I1 nothing would ever have woken the guard");
      }
      Facts facts = facts();
      notes.broken().addAll(new Invariants(run, facts, notes.hadPower()).withoutDaemon());
      say("repair");
    }
  }

  void reset(Route route) {
    say("reset", route.scene());
  }

  void begin(Route route) {
    say("begin", route.wish());
  }

  /** What comes first; see the helper. */
  String await(Route route, int handled) {
    return say("await", route.wish(), Integer.toString(END_MILLIS), Integer.toString(handled));
  }

  /** When the server of the reports has heard of the end, or should have. */
  Facts factsAtTheEnd() {
    say("reported", Integer.toString(REPORT_MILLIS));
    return facts();
  }

  private Facts facts() {
    return Facts.of(say("facts"));
  }

  /** What to read when something does not hold. */
  String story() {
    return guest
        .run(
            "bash",
            "-c",
            """
            cat %s/fired
            %s told
            ls -la /opt/datadog-packages/{node-exporter,fleet-installer} /var/lib/fleet-installer/{armed,fired}
            journalctl --no-pager -o short-monotonic -b 0 -n 60 -u fleet-installer.service \
              -u node-exporter.service -u 'fleet-installer-*' | grep -v level=info
            cd /var/lib/fleet-installer/journals
            for file in fleet-installer/* node-exporter/*; do echo "$file"; tail -5 "$file" | tr -d '\\0'; done
            """
                .formatted(FOLDER, HELPER))
        .out();
  }

  private String say(String... words) {
    List<String> command = new ArrayList<>(List.of(HELPER));
    command.addAll(Arrays.asList(words));
    Guest.Result result = guest.run(command.toArray(String[]::new));
    if (!result.ok()) {
      throw new IllegalStateException(
          "lab %s: status %d%n%s%n%s"
              .formatted(List.of(words), result.status(), result.out(), result.err()));
    }
    return result.out().strip();
  }

  @Override
  public void close() {
    guest.close();
  }
}
