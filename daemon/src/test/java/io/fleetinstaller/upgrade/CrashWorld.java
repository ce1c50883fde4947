package io.fleetinstaller.upgrade;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A host in small: slots, links and armed guards as the product lays them out, and services that
 * run from whatever slot was current when they were started.
 */
final class CrashWorld implements Steps {
  private final Path root;
  private final Disk disk;
  private final Mishaps mishaps;
  private final Set<Release> unwell = new HashSet<>();
  private final Map<PackageName, Release> running = new HashMap<>();
  private boolean networkDown;
  private boolean unitStays;
  private int restarts;

  CrashWorld(Path root, Disk disk, Mishaps mishaps) {
    this.root = root;
    this.disk = disk;
    this.mishaps = mishaps;
  }

  void unwell(Release release) {
    unwell.add(release);
  }

  void networkDown() {
    networkDown = true;
  }

  /** Removing the package does not end its service. */
  void unitStays() {
    unitStays = true;
  }

  /** Ends all trouble that is not a mishap. */
  void mend() {
    networkDown = false;
    unitStays = false;
  }

  int restarts() {
    return restarts;
  }

  /** Puts a whole slot there, before the story begins. */
  void give(Release release) throws IOException {
    Files.createDirectories(slot(release));
    Files.write(slot(release).resolve("program"), new byte[] {1});
    Files.write(slot(release).resolve("valid"), new byte[] {1});
  }

  void link(PackageName name, String link, Release release) throws IOException {
    Files.createSymbolicLink(
        home(name).resolve(link), root.getFileSystem().getPath(release.slotName()));
  }

  /** What an init system does at boot. */
  void boot() throws IOException {
    running.clear();
    for (PackageName name : List.of(Samples.AGENT, CrashEverywhereTest.OTHER)) {
      linked(name, "current").ifPresent(release -> running.put(name, release));
    }
  }

  Optional<Release> running(PackageName name) {
    return Optional.ofNullable(running.get(name));
  }

  /** The release that a link names; one that names no whole slot is the worst that can happen. */
  Optional<Release> linked(PackageName name, String link) throws IOException {
    Path path = home(name).resolve(link);
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    String target = Files.readSymbolicLink(path).toString();
    Release release =
        CrashEverywhereTest.RELEASES.stream()
            .filter(known -> known.name().equals(name) && known.slotName().equals(target))
            .findFirst()
            .orElseThrow();
    if (!whole(release)) {
      throw new AssertionError("%s of %s names no whole slot: %s".formatted(link, name, target));
    }
    return Optional.of(release);
  }

  List<String> slots(PackageName name) throws IOException {
    List<String> slots = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(home(name))) {
      for (Path child : children) {
        if (!Files.isSymbolicLink(child) && !child.getFileName().toString().startsWith(".")) {
          slots.add(child.getFileName().toString());
        }
      }
    }
    return slots;
  }

  boolean armed(PackageName name) {
    return Files.exists(armedFile(name));
  }

  @Override
  public void run(Step step, Upgrade upgrade, Progress progress) throws Fault {
    try {
      act(step, upgrade, progress);
    } catch (IOException e) {
      throw new Fault.Transient(ReasonCode.IO_ERROR, "cannot do %s: %s".formatted(step, e));
    }
  }

  @Override
  public void confirm(Upgrade upgrade, Confirmation line) throws Fault, InterruptedException {
    refuseIfTakenBack(upgrade);
    line.write();
  }

  @Override
  public Optional<Reason> takenBack(Upgrade upgrade) {
    return CrashGuard.fired(root, upgrade)
        ? Optional.of(new Reason(ReasonCode.GUARD_FIRED, "the guard went back"))
        : Optional.empty();
  }

  private void refuseIfTakenBack(Upgrade upgrade) throws Fault {
    Optional<Reason> reason = takenBack(upgrade);
    if (reason.isPresent()) {
      throw new Fault.Refused(reason.get());
    }
  }

  /** What the guard does while no daemon lives. */
  void guard(PackageName name) throws IOException {
    Optional<String> from = CrashGuard.goBack(root, name, linkedName(name), running(name));
    if (from.isPresent()) {
      running.remove(name);
      linked(name, "current").ifPresent(release -> running.put(name, release));
    }
  }

  private String linkedName(PackageName name) throws IOException {
    return linked(name, "current").map(Release::slotName).orElse("");
  }

  private void act(Step step, Upgrade upgrade, Progress progress) throws Fault, IOException {
    switch (step) {
      case FETCH -> fetch(upgrade.to().orElseThrow());
      case UNPACK -> unpack(upgrade.to().orElseThrow());
      case ARM -> arm(upgrade);
      case SWITCH -> {
        refuseIfTakenBack(upgrade);
        point(upgrade, upgrade.to());
      }
      case SWITCH_BACK -> point(upgrade, upgrade.from());
      case RESTART, RESTART_OLD -> restart(upgrade.name());
      case OBSERVE -> observe(upgrade.name(), upgrade.to(), progress);
      case OBSERVE_OLD -> observe(upgrade.name(), upgrade.from(), progress);
      case CONFIRM -> throw new AssertionError("CONFIRM is the journal's business alone");
      case DISARM -> disarm(upgrade);
      case PRUNE -> prune(upgrade);
      case DISCARD -> discard(upgrade);
    }
  }

  private void fetch(Release to) throws Fault {
    if (networkDown && !whole(to)) {
      throw new Fault.Transient(ReasonCode.DNS_FAILED, "cannot fetch: no network");
    }
  }

  private void unpack(Release to) throws IOException {
    if (whole(to)) {
      return;
    }
    Path staging = home(to.name()).resolve(".staging");
    disk.deleteTree(staging);
    disk.createDirectories(staging, 0755);
    if (Files.exists(slot(to))) {
      disk.move(slot(to), staging.resolve("unmarked"));
    }
    Path fresh = staging.resolve("fresh");
    disk.createDirectories(fresh, 0755);
    disk.replace(fresh.resolve("program"), new byte[] {1}, 0755);
    disk.move(fresh, slot(to));
    disk.replace(slot(to).resolve("valid"), new byte[] {1}, 0644);
    disk.deleteTree(staging);
  }

  private void arm(Upgrade upgrade) throws Fault, IOException {
    if (upgrade.from().isPresent() && !whole(upgrade.from().get())) {
      throw broken("cannot arm: there is no way back");
    }
    disk.createDirectories(root.resolve("armed"), 0700);
    disk.createDirectories(root.resolve("fired"), 0700);
    disk.delete(CrashGuard.mark(root, upgrade.name()));
    disk.replace(armedFile(upgrade.name()), CrashGuard.record(upgrade), 0600);
  }

  private void disarm(Upgrade upgrade) throws IOException {
    disk.delete(armedFile(upgrade.name()));
    disk.delete(CrashGuard.mark(root, upgrade.name()));
  }

  private void point(Upgrade upgrade, Optional<Release> to) throws Fault, IOException {
    PackageName name = upgrade.name();
    Path unit = root.resolve(name + ".service");
    Path current = home(name).resolve("current");
    if (to.isEmpty()) {
      mishaps.effect(Mishaps.Need.NOTHING, _ -> stop(name));
      disk.delete(unit);
      disk.delete(current);
      return;
    }
    if (!whole(to.get())) {
      throw broken("cannot switch to %s: it is not whole".formatted(to.get()));
    }
    disk.replace(unit, to.get().slotName().getBytes(US_ASCII), 0644);
    disk.point(current, root.getFileSystem().getPath(to.get().slotName()));
  }

  private void stop(PackageName name) {
    if (!unitStays) {
      running.remove(name);
    }
  }

  private void restart(PackageName name) throws Fault, IOException {
    Optional<Release> current = linked(name, "current");
    if (current.isEmpty()) {
      throw broken("cannot restart: there is no current slot");
    }
    restarts++;
    mishaps.effect(Mishaps.Need.NOTHING, _ -> running.put(name, current.get()));
  }

  private void observe(PackageName name, Optional<Release> wanted, Progress progress)
      throws Fault, IOException {
    if (!linked(name, "current").equals(wanted) || !running(name).equals(wanted)) {
      throw broken("what runs is not what was meant to");
    }
    if (wanted.filter(unwell::contains).isPresent()) {
      throw new Fault.Refused(ReasonCode.PROBE_FAILED, "it is not well");
    }
    progress.well();
  }

  private void prune(Upgrade upgrade) throws Fault, IOException {
    PackageName name = upgrade.name();
    if (!linked(name, "current").equals(upgrade.to())) {
      throw broken("cannot prune: current is not what was confirmed");
    }
    Path previous = home(name).resolve("previous");
    if (upgrade.from().isPresent()) {
      disk.point(previous, root.getFileSystem().getPath(upgrade.from().get().slotName()));
    } else {
      disk.delete(previous);
    }
    for (Release release : CrashEverywhereTest.RELEASES) {
      if (release.name().equals(name) && !isLinked(release)) {
        remove(release);
      }
    }
  }

  private void discard(Upgrade upgrade) throws IOException {
    disarm(upgrade);
    if (upgrade.to().isPresent() && !isLinked(upgrade.to().get())) {
      remove(upgrade.to().get());
    }
  }

  private void remove(Release release) throws IOException {
    disk.delete(slot(release).resolve("valid"));
    disk.deleteTree(slot(release));
  }

  private boolean isLinked(Release release) throws IOException {
    return linked(release.name(), "current").filter(release::equals).isPresent()
        || linked(release.name(), "previous").filter(release::equals).isPresent();
  }

  private boolean whole(Release release) {
    return Files.exists(slot(release).resolve("valid"))
        && Files.exists(slot(release).resolve("program"));
  }

  private Path slot(Release release) {
    return home(release.name()).resolve(release.slotName());
  }

  Path home(PackageName name) {
    return root.resolve("packages").resolve(name.value());
  }

  private Path armedFile(PackageName name) {
    return root.resolve("armed").resolve(name.value());
  }

  private static Fault broken(String sentence) {
    return new Fault.Broken(ReasonCode.SLOT_DAMAGED, sentence);
  }
}
