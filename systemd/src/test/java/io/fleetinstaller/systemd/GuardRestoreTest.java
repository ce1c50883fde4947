package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.data.Snapshots;
import io.fleetinstaller.host.ArmedRecords;
import io.fleetinstaller.host.Behaviour;
import io.fleetinstaller.host.Guard;
import io.fleetinstaller.host.HostContext;
import io.fleetinstaller.host.Kept;
import io.fleetinstaller.host.SlotsOnDisk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FakeTime;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Needs;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The guard's script brings data back as the daemon does, wherever either was interrupted. */
final class GuardRestoreTest {
  private static final PackageName AGENT = new PackageName("agent");
  private static final String SNAPSHOT = ".agent.fleet-installer-snapshot-00000007";
  private static final String FORMAT = "01234567 {\"format\":1}\n";
  private static final String ASIDE = ".agent.fleet-installer-aside-00000007";

  @TempDir Path root;
  private Path state;
  private Path said;
  private Path script;
  private SlotsOnDisk slots;
  private HostContext context;

  @BeforeEach
  void open() throws IOException {
    root = root.toRealPath();
    Needs.the(Files.isExecutable(Path.of("/usr/bin/flock")), "flock");
    state = Files.createDirectories(root.resolve("state"));
    said = root.resolve("said");
    context = new HostContext(root.resolve("packages"), state, new DurableDisk(), new FakeTime());
    slots = new SlotsOnDisk(context.packages());
    Files.writeString(root.resolve("journal"), FORMAT);
    Path units = Files.createDirectories(root.resolve("units"));
    new GuardFiles(context, units).install();
    script = units.resolve("fleet-installer-guard/guard");
    Path fake = Files.createDirectories(root.resolve("bin")).resolve("systemctl");
    String text = Files.readString(script);
    // No test may speak to the init system of the machine it runs on.
    String deaf =
        text.replace("export PATH=", "export PATH=" + fake.getParent() + ":")
            .replace("run=/run", "run=" + root);
    assertThat(deaf).isNotEqualTo(text);
    Files.writeString(script, deaf);
    Files.writeString(fake, "#!/bin/sh\necho \"$@\" >> " + said + "\n");
    Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Each word of a state: name=content of its only file; a name alone is an empty file. */
  @ParameterizedTest
  @CsvSource({
    "nothing was begun,                   S=old D=new,              D=old A=new",
    "cut off between the two renames,     S=old A=new,              D=old A=new",
    "done already,                        D=old A=new,              D=old A=new",
    "no snapshot was ever taken,          D=old,                    D=old",
    "somebody made the data anew,         S=old D=anew A=new,       D=old A=new A+=anew",
    "and once more,                       S=old D=anew A=new A+=x,  D=old A=new A+=x A++=anew",
    "there was no data before,            S D=new,                  A=new",
    "nor is there any now,                S,                        ''",
    "there was none and it is aside,      S A=new,                  A=new",
    "the data is a link,                  S=old D>gone,             D=old A>gone",
  })
  void shell_and_daemon_bring_back_the_same(String what, String before, String after)
      throws Exception {
    Path ours = lay("ours", before);
    Path guards = lay("guards", before);

    new Snapshots(new DurableDisk(), new FileScratch(), 0)
        .restore(List.of(Kept.of(ours.resolve("agent"), "00000007")));
    fire(Kept.of(guards.resolve("agent"), "00000007"));

    assertThat(read(ours)).as(what).isEqualTo(sorted(after));
    assertThat(read(guards)).as(what).isEqualTo(sorted(after));
  }

  @Test
  @Tag("F61")
  void the_guard_stops_the_candidate_brings_the_data_back_and_starts_the_old_copy()
      throws Exception {
    Path place = lay("place", "S=old D=new");

    fire(Kept.of(place.resolve("agent"), "00000007"));

    assertThat(place.resolve("agent/file")).hasContent("old");
    assertThat(Files.readAllLines(said))
        .containsSubsequence(
            "stop agent.service", "daemon-reload", "start --no-block agent.service");
    assertThat(state.resolve("fired/agent.deadline")).isRegularFile();
    assertThat(new ArmedRecords(context).fired(AGENT).orElseThrow().armed().data())
        .containsExactly(Kept.of(place.resolve("agent"), "00000007"));
  }

  @Test
  void a_confirmed_upgrade_keeps_its_data() throws Exception {
    Path place = lay("place", "S=old D=new");
    Files.writeString(
        root.resolve("journal"),
        FORMAT + "01234567 {\"at\":\"2026\",\"done\":\"CONFIRM\",\"notes\":[]}\n");

    fire(Kept.of(place.resolve("agent"), "00000007"));

    assertThat(read(place)).isEqualTo(sorted("S=old D=new"));
  }

  private void fire(Kept kept) throws Exception {
    Slot old = slots.slot(AGENT, "1.0", Map.of("agent.service", Behaviour.SERVES));
    Slot next = slots.slot(AGENT, "2.0", Map.of("agent.service", Behaviour.SERVES));
    Files.createDirectories(old.path().resolve(".fleet-installer"));
    Files.writeString(old.path().resolve(".fleet-installer/valid"), "");
    slots.point(next);
    Guard.Charge charge =
        new Guard.Charge(
            "00000007",
            AGENT,
            root.resolve("journal"),
            Optional.of(old),
            Optional.of(next),
            List.of(kept));
    Path units = Files.createDirectories(root.resolve("units"));
    new ArmedRecords(context).arm(charge, WayBack.prepare(charge, units, new DurableDisk()));
    Process guard =
        new ProcessBuilder("/bin/sh", script.toString(), "fire", "agent").inheritIO().start();
    assertThat(guard.waitFor()).isZero();
  }

  private Path lay(String name, String words) throws IOException {
    Path place = Files.createDirectories(root.resolve(name));
    for (String word : words.split(" +", -1)) {
      String[] parts = word.split("[=>]", -1);
      Path path = place.resolve(name(parts[0]));
      if (word.contains(">")) {
        Files.createSymbolicLink(path, Path.of(parts[1]));
      } else if (word.contains("=")) {
        Files.writeString(Files.createDirectory(path).resolve("file"), parts[1]);
      } else {
        Files.createFile(path);
      }
    }
    return place;
  }

  private static String name(String letter) {
    return letter.replace("S", SNAPSHOT).replace("A", ASIDE).replace("D", "agent");
  }

  private static List<String> sorted(String words) {
    return Stream.of(words.split(" +", -1)).filter(word -> !word.isEmpty()).sorted().toList();
  }

  private static List<String> read(Path place) throws IOException {
    try (Stream<Path> children = Files.list(place)) {
      return children.map(GuardRestoreTest::word).sorted().toList();
    }
  }

  private static String word(Path path) {
    String letter =
        path.getFileName()
            .toString()
            .replace(SNAPSHOT, "S")
            .replace(ASIDE, "A")
            .replace("agent", "D");
    try {
      if (Files.isSymbolicLink(path)) {
        return letter + ">" + Files.readSymbolicLink(path);
      }
      return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
          ? letter + "=" + Files.readString(path.resolve("file"))
          : letter;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
