package io.fleetinstaller.repo;

import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.UnaryOperator;

/** The working folder, as one command finds it at one instant. Not thread-safe. */
public final class Workplace {
  static final String SETTINGS = "repo.json";

  private final Folder folder;
  private final Instant now;
  private final Keyring keyring;

  /** Reads nothing yet. */
  public Workplace(Disk disk, Path path, Instant now, Holder holder) {
    this(new Folder(disk, path), now, holder, KeyFile.STRONG);
  }

  Workplace(Folder folder, Instant now, Holder holder, KeyFile format) {
    this.folder = folder;
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
    this.keyring = new Keyring(folder.in("keys"), holder, format);
  }

  /** What one command does here. */
  public interface Work {
    /** Does it, and tells what was done. */
    Outcome in(Workplace place) throws Fault, InterruptedException;
  }

  /**
   * Does this while no other command changes the folder: two at once, a timer and a person, would
   * each undo what the other did. Whoever comes second is refused, and nothing is done.
   */
  @SuppressWarnings("try")
  public Outcome alone(Work work) throws Fault, InterruptedException {
    try (Folder.Hold alone = folder.hold()) {
      return work.in(this);
    }
  }

  Folder folder() {
    return folder;
  }

  Instant now() {
    return now;
  }

  Keyring keyring() {
    return keyring;
  }

  /** The key that a person means: the name of one in keys/, or a file with a public half. */
  public PublicPart key(String text) throws Fault {
    return keyring.named(text);
  }

  Published published() {
    return new Published(folder.in("public"));
  }

  Drafts drafts() {
    return new Drafts(folder.in("draft"), published());
  }

  /** The repository with every draft. */
  Current current() throws Fault {
    return Current.of(published(), drafts());
  }

  Lifetimes lifetimes() throws Fault {
    byte[] bytes =
        folder
            .read(SETTINGS)
            .orElseThrow(() ->
                new Refused(
                    ReasonCode.NOT_FOUND,
                    "cannot find a repository in %s: it has no %s; begin with 'repo init %s'"
                        .formatted(folder.path(), SETTINGS, folder.path())));
    return Lifetimes.read(SETTINGS, bytes);
  }

  void settle(Lifetimes lifetimes) throws Fault {
    folder.write(SETTINGS, lifetimes.text().getBytes(StandardCharsets.UTF_8));
  }

  /** The next edition of a role, which counts from now. */
  Statement.Edition next(RoleName role) throws Fault {
    return new Statement.Edition(
        published().highest(role).orElse(0) + 1, now.plus(lifetimes().of(role)));
  }

  /** Drafts a change; the signatures that an older draft of the role had are void. */
  void change(RoleName role, UnaryOperator<Statement> change) throws Fault {
    Sheet before =
        current()
            .sheet(role)
            .orElseThrow(
                () -> new Refused(ReasonCode.NOT_FOUND, "cannot find role %s".formatted(role)));
    draft(role, change.apply(before.statement()));
  }

  void changeRoot(UnaryOperator<RootStatement> change) throws Fault {
    draft(RoleName.ROOT, change.apply(current().root()));
  }

  void changeTargets(RoleName role, UnaryOperator<TargetsStatement> change) throws Fault {
    draft(role, change.apply(current().targets(role)));
  }

  void draft(RoleName role, Statement statement) throws Fault {
    drafts().refuseOvertaken(role);
    drafts().write(role, Sheet.unsigned(statement.as(next(role))));
  }
}
