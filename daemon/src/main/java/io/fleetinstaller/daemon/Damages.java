package io.fleetinstaller.daemon;

import io.fleetinstaller.data.Snapshots;
import io.fleetinstaller.host.Guard;
import io.fleetinstaller.io.Quarantine;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.upgrade.Account;
import io.fleetinstaller.upgrade.History;
import io.fleetinstaller.upgrade.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What of the daemon's own state is damaged, set aside, or was lost. Thread-safe.
 *
 * @param state the folder in which it lies
 * @param mended what was found wrong and made right again since the start
 */
record Damages(Situation situation, Path state, Supplier<List<Reason>> mended) {
  /** Bytes that an upgrade writes about itself. */
  private static final long A_JOURNAL = 64 << 10;

  /** Of the state of this very daemon. */
  Damages(Situation situation, Supplier<List<Reason>> mended) {
    this(situation, situation.site().settings().now().paths().state(), mended);
  }

  /** All that a person should know of; what was set aside is told until it is deleted. */
  List<Reason> now() {
    Path packages = situation.site().settings().now().paths().packages();
    List<Reason> found = new ArrayList<>();
    unwritable(state).ifPresent(found::add);
    situation.policy().problem().ifPresent(found::add);
    found.addAll(situation.journals().problems());
    found.addAll(mended.get());
    Stream.of(state, packages.resolve(Guard.FOLDER))
        .flatMap(folder -> Quarantine.below(folder).stream())
        .map(Damages::setAside)
        .forEach(found::add);
    for (PackageName name : situation.slots().names()) {
      aside(packages.resolve(name.value())).forEach(found::add);
      broken(name).ifPresent(found::add);
      forgotten(situation, name).ifPresent(found::add);
      found.addAll(notBroughtBack(name));
    }
    return found;
  }

  /** Without a journal nothing is begun, so this alone keeps every package as it is. */
  private static Optional<Reason> unwritable(Path state) {
    if (!Files.isWritable(state)) {
      return Optional.of(
          new Reason(
              ReasonCode.IO_ERROR,
              "cannot write to %s, so nothing is begun; is its disk read-only?".formatted(state)));
    }
    return isFull(state)
        ? Optional.of(
            new Reason(
                ReasonCode.DISK_FULL,
                "the disk of %s is full, so an upgrade may not be begun; free some space there"
                    .formatted(state)))
        : Optional.empty();
  }

  private static boolean isFull(Path state) {
    try {
      return Files.getFileStore(state).getUnallocatedSpace() < A_JOURNAL;
    } catch (IOException _) {
      return false;
    }
  }

  private static Stream<Reason> aside(Path folder) {
    return Stream.of("current", "previous")
        .map(link -> Quarantine.aside(folder.resolve(link)))
        .filter(aside -> Files.exists(aside, LinkOption.NOFOLLOW_LINKS))
        .map(Damages::setAside);
  }

  private static Reason setAside(Path file) {
    return new Reason(
        ReasonCode.STATE_DAMAGED,
        "%s was damaged and is set aside; the host goes on without what it said; keep it for a report, or delete it"
            .formatted(file));
  }

  private Optional<Reason> broken(PackageName name) {
    return situation.slots().currentIsBroken(name)
        ? Optional.of(
            new Reason(
                ReasonCode.SLOT_DAMAGED,
                "current of %s names no whole slot; what runs from it is left alone; run verify %s"
                    .formatted(name, name)))
        : Optional.empty();
  }

  /** Something is current, and no journal tells how it came. */
  static Optional<Reason> forgotten(Situation situation, PackageName name) {
    if (name.equals(PackageName.INSTALLER)) {
      // It comes before there is a daemon that could write of it.
      return Optional.empty();
    }
    History history = situation.journals().history(name);
    Optional<Release> told = history.last().flatMap(Account::current);
    return situation
        .slots()
        .read(name)
        .current()
        .filter(slot -> history.open().isEmpty() && !told.equals(Optional.of(slot.release())))
        .map(slot ->
            new Reason(
                ReasonCode.STATE_DAMAGED,
                "no journal of %s tells how %s came to be current: it stepped in for a damaged copy, or journals are lost, and with them what failed before; if all of the state is lost, what people held and pinned is, too"
                    .formatted(name, slot.release())));
  }

  /** Data of an agent that stands beside what it works on, after an upgrade was taken back. */
  private List<Reason> notBroughtBack(PackageName name) {
    History history = situation.journals().history(name);
    Optional<Slot> current = situation.slots().read(name).current();
    boolean upgraded =
        history
            .last()
            .flatMap(Account::outcome)
            .filter(Outcome.Upgraded.class::isInstance)
            .isPresent();
    if (current.isEmpty() || upgraded || history.open().isPresent()) {
      return List.of();
    }
    try {
      Predicate<String> confirmed = id -> situation.journals().isConfirmed(name, id);
      return Snapshots.left(current.get(), confirmed).stream()
          .map(sentence -> new Reason(ReasonCode.STATE_DAMAGED, sentence))
          .toList();
    } catch (Fault fault) {
      return List.of(fault.reason());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }
}
