package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Scratch;
import io.fleetinstaller.io.Unreadable;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Slots that nobody writes into have files in common, and only those. */
@Timeout(60)
final class ImmutableTest {
  private static final PackageName AGENT = new PackageName("agent");

  @TempDir Path folder;
  private final AtomicInteger times = new AtomicInteger();
  private Slots slots;

  @BeforeEach
  void host() {
    slots = new Slots(folder, new Doors(new DurableDisk(), new FileScratch(), Parcel::read), 0);
  }

  @Test
  void a_file_that_is_the_same_is_kept_once_and_outlives_either_slot() throws Exception {
    Slot one = slots.stage(listed(agent("1", 0755, "same").immutable()));
    Slot two = slots.stage(listed(agent("2", 0755, "same").immutable()));
    boolean linked = sameFile(one, two, "bin/agent");
    boolean versions = sameFile(one, two, "version");

    slots.point(two);
    slots.prune(AGENT, Set.of());

    assertThat(linked).isTrue();
    assertThat(versions).isFalse();
    assertThat(one.path()).doesNotExist();
    assertThat(slots.verify(two)).isEmpty();
    assertThat(two.path().resolve("bin/agent")).hasContent("same");
  }

  @Test
  void the_slot_is_told_apart_from_one_of_its_own_by_nothing() throws Exception {
    Slot linked;
    slots.stage(listed(agent("1", 0755, "same").immutable()));
    linked = slots.stage(listed(agent("2", 0755, "same").immutable()));

    Slot own =
        new Slots(
                Files.createDirectory(folder.resolve("other")),
                new Doors(new DurableDisk(), new FileScratch(), Parcel::read),
                0)
            .stage(listed(agent("2", 0755, "same").immutable()));

    assertThat(linked.path().resolve(".fleet-installer/contents"))
        .hasSameTextualContentAs(own.path().resolve(".fleet-installer/contents"));
    assertThat(slots.verify(linked)).isEmpty();
  }

  @Test
  void nothing_is_shared_with_a_slot_that_promises_nothing() throws Exception {
    Slot one = slots.stage(listed(agent("1", 0755, "same")));
    Slot two = slots.stage(listed(agent("2", 0755, "same").immutable()));
    Slot three = slots.stage(listed(agent("3", 0755, "same")));

    assertThat(sameFile(one, two, "bin/agent")).isFalse();
    assertThat(sameFile(two, three, "bin/agent")).isFalse();
  }

  @Test
  void another_mode_is_another_file() throws Exception {
    Slot one = slots.stage(listed(agent("1", 0755, "same").immutable()));
    Slot two = slots.stage(listed(agent("2", 0700, "same").immutable()));

    assertThat(sameFile(one, two, "bin/agent")).isFalse();
    assertThat(slots.verify(two)).isEmpty();
  }

  @Test
  void a_file_that_cannot_be_read_is_no_twin() throws Exception {
    Slot one = slots.stage(listed(agent("1", 0755, "same").immutable()));
    try (Unreadable bad = Unreadable.make(one.path().resolve("bin/agent"))) {

      Slot two = slots.stage(listed(agent("2", 0755, "same").immutable()));

      assertThat(bad.file()).exists();
      assertThat(slots.verify(two)).isEmpty();
    }
  }

  @Test
  void a_file_that_rotted_or_was_changed_is_no_twin() throws Exception {
    Slot one = slots.stage(listed(agent("1", 0755, "same").immutable()));
    Files.writeString(one.path().resolve("bin/agent"), "sick");

    Slot two = slots.stage(listed(agent("2", 0755, "same").immutable()));

    assertThat(sameFile(one, two, "bin/agent")).isFalse();
    assertThat(slots.verify(two)).isEmpty();
  }

  @Test
  void what_somebody_puts_in_its_place_before_it_is_linked_is_no_twin() throws Exception {
    Slot one = slots.stage(listed(agent("1", 0755, "same").immutable()));
    Path known = one.path().resolve("bin/agent");
    Scratch late =
        Interposed.disk(
            "hardlink",
            link -> {
              if (times.getAndIncrement() == 0) {
                Files.delete(known);
                Files.writeString(known, "evil");
              }
              return link.run();
            });

    Slot two =
        new Slots(folder, new Doors(new DurableDisk(), late, Parcel::read), 0)
            .stage(listed(agent("2", 0755, "same").immutable()));

    assertThat(times).hasPositiveValue();
    assertThat(two.path().resolve("bin/agent")).hasContent("same");
    assertThat(slots.verify(two)).isEmpty();
  }

  @Test
  void a_file_that_may_have_no_further_name_is_written() throws Exception {
    Slot one = slots.stage(listed(agent("1", 0755, "same").immutable()));
    Scratch stubborn =
        Interposed.disk(
            "hardlink",
            link -> {
              if (times.getAndIncrement() == 0) {
                throw new FileSystemException("bin/agent", null, "Operation not permitted");
              }
              return link.run();
            });

    Slot two =
        new Slots(folder, new Doors(new DurableDisk(), stubborn, Parcel::read), 0)
            .stage(listed(agent("2", 0755, "same").immutable()));

    assertThat(sameFile(one, two, "bin/agent")).isFalse();
    assertThat(slots.verify(two)).isEmpty();
  }

  private static Parcel agent(String version, int mode, String program) {
    return new Parcel("agent", version)
        .directory("bin", 0755)
        .file("bin/agent", mode, program)
        .hardlink("bin/twin", "bin/agent")
        .file("version", 0644, version);
  }

  private static Delivery listed(Parcel parcel) {
    return parcel.listed(parcel.table());
  }

  private static boolean sameFile(Slot one, Slot two, String path) throws Exception {
    return Files.isSameFile(one.path().resolve(path), two.path().resolve(path));
  }
}
