package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.FileScratch;
import io.fleetinstaller.io.Labels;
import io.fleetinstaller.io.RealLabels;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Slots get the labels of a real policy, by its real program, on real files. */
@Tag("F70")
final class LabelledTest {
  @TempDir private Path folder;
  private final List<String> effects = new ArrayList<>();
  private Path packages;
  private RealLabels policy;

  @BeforeEach
  void policy() throws Exception {
    folder = folder.toRealPath();
    packages = Files.createDirectories(folder.resolve("opt/datadog-packages"));
    policy = new RealLabels(folder);
  }

  @Test
  void without_it_a_program_has_the_label_of_its_folder_or_none() throws Exception {
    Slot slot = slots(Labels.none()).stage(Parcel.agent("1").delivery());

    assertThat(RealLabels.type(slot.path().resolve("bin/agent"))).isNotEqualTo("bin_t");
    assertThat(refusal(slot).reason().code()).isEqualTo(ReasonCode.WRONG_LABEL);
  }

  @Test
  void a_slot_has_the_labels_of_its_place_before_it_counts_as_whole() throws Exception {
    Slots slots = slots(policy.labels());

    Slot slot = slots.stage(agent().delivery());

    assertThat(RealLabels.type(slot.path())).contains("usr_t");
    assertThat(RealLabels.type(slot.path().resolve("bin/agent"))).contains("bin_t");
    assertThat(RealLabels.type(slot.path().resolve("bin/again"))).contains("bin_t");
    assertThat(RealLabels.type(slot.path().resolve("lib/libx.so"))).contains("lib_t");
    assertThat(effects)
        .containsExactly(
            "sync with no label", "move with no label", "sync with bin_t", "replace with bin_t");
    assertThat(refusal(slot)).isNull();
    assertThat(slots.verify(slot)).isEmpty();
  }

  @Test
  void what_has_wrong_labels_is_refused_and_named_and_gets_right_ones_again() throws Exception {
    Slots slots = slots(policy.labels());
    Slot slot = slots.stage(agent().delivery());
    RealLabels.type(slot.path().resolve("bin/agent"), "etc_t");

    Fault refusal = refusal(slot);
    slots.label(slot);

    assertThat(refusal.reason().evidence())
        .singleElement()
        .asString()
        .contains("/bin/", " from system_u:object_r:etc_t:s0 to system_u:object_r:bin_t:s0");
    assertThat(refusal(slot)).isNull();
  }

  /** Of the agent's programs: without SELinux in the kernel no new file has its folder's label. */
  private Fault refusal(Slot slot) {
    return catchThrowableOfType(
        Fault.Transient.class, () -> policy.labels().check(slot.path().resolve("bin")));
  }

  private static Parcel agent() {
    return Parcel.agent("1").symlink("bin/again", "agent").file("lib/libx.so", 0644, "x");
  }

  private Slots slots(Labels labels) {
    Disk disk = new DurableDisk();
    for (String method : List.of("sync", "move", "replace")) {
      disk =
          Interposed.in(
              Disk.class,
              disk,
              method,
              real -> {
                effects.add(method + " with " + label(real.words().getFirst()));
                return real.run();
              });
    }
    return new Slots(packages, new Doors(disk, new FileScratch(), Parcel::read, labels), 0);
  }

  /** Of the agent in the slot that the effect is about. */
  private static String label(Object where) throws Exception {
    Path path = (Path) where;
    Path slot = path.endsWith("valid") ? path.resolve("../..").normalize() : path;
    return RealLabels.type(slot.resolve("bin/agent")).orElse("no label");
  }
}
