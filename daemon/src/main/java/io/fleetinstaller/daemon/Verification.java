package io.fleetinstaller.daemon;

import io.fleetinstaller.api.Job;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.slots.Difference;
import java.util.ArrayList;
import java.util.List;

/** Re-hashes slots beside everything else: it only reads. */
final class Verification {
  private final Situation situation;

  Verification(Situation situation) {
    this.situation = situation;
  }

  /** Returns at once; the job tells the rest. */
  void begin(Job job) {
    Thread.ofPlatform().daemon().name("verify").start(() -> run(job));
  }

  private void run(Job job) {
    try {
      List<PackageName> names =
          job.command().name().map(List::of).orElseGet(() -> List.copyOf(situation.names()));
      List<String> found = new ArrayList<>();
      int slots = 0;
      for (PackageName name : names) {
        if (situation.slots().currentIsBroken(name)) {
          found.add("%s: its current names no whole slot".formatted(name));
        }
        for (Slot slot : situation.slots().read(name).whole()) {
          slots++;
          verify(slot, job, found);
        }
      }
      end(job, slots, found);
    } catch (Fault fault) {
      job.failed(fault);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void verify(Slot slot, Job job, List<String> found) throws Fault, InterruptedException {
    List<Difference> differences = situation.slots().verify(slot);
    if (differences.isEmpty()) {
      job.line("%s is whole".formatted(slot.release()));
    }
    for (Difference difference : differences) {
      String line = "%s: %s".formatted(slot.release(), difference);
      job.line(line);
      found.add(line);
    }
  }

  private static void end(Job job, int slots, List<String> found) {
    if (found.isEmpty()) {
      job.done(
          new Reason(
              ReasonCode.UP_TO_DATE,
              slots == 1
                  ? "1 slot is as it was unpacked"
                  : "%d slots are as they were unpacked".formatted(slots)));
    } else {
      job.failed(
          new Fault.Broken(
              new Reason(
                  ReasonCode.SLOT_DAMAGED,
                  "%s, %s looked at; go to a release that is whole: rollback, or upgrade"
                      .formatted(count(found.size(), "difference"), count(slots, "slot")),
                  found)));
    }
  }

  private static String count(int count, String what) {
    return "%d %s%s".formatted(count, what, count == 1 ? "" : "s");
  }
}
