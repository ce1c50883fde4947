package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.Policy;
import io.fleetinstaller.desired.PolicyFile;
import io.fleetinstaller.io.Disk;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy that people made on this host, in memory as on disk, where there are two of it. When
 * both are lost nobody knows what was held: then nothing is begun by itself until a person says
 * anew what is to be held. It never stops the start. Thread-safe.
 */
final class LocalPolicy {
  private static final Logger LOG = LoggerFactory.getLogger(LocalPolicy.class);

  private final PolicyFile file;
  private final PolicyFile copy;
  private final Path mark;

  /** There since the first decision: without it, two files that are missing never were. */
  private final Path decided;

  private final Disk disk;
  private volatile Policy policy = Policy.EMPTY;
  private volatile Optional<Reason> unknown = Optional.empty();

  private volatile Optional<Reason> damage = Optional.empty();

  /** What stands in the first file is not ours to overwrite, but may be set aside. */
  private volatile boolean strange;

  LocalPolicy(Path state, Disk disk) {
    this.file = PolicyFile.first(state, disk);
    this.copy = PolicyFile.copy(state, disk);
    this.mark = state.resolve("policy.lost");
    this.decided = state.resolve("decided");
    this.disk = disk;
    read();
  }

  Policy now() {
    return policy;
  }

  /** Why nothing may be begun by itself; empty: what people said is known. */
  Optional<Reason> unknown() {
    return unknown;
  }

  /** What is wrong with it, if anything is. */
  Optional<Reason> problem() {
    return unknown.or(() -> damage);
  }

  /** Looks again whether a disk that did not give it does so now. */
  void look() {
    if (strange) {
      read();
    }
  }

  /** Changes it, durably before anybody sees it. */
  synchronized void change(UnaryOperator<Policy> change) throws Fault {
    Policy next = change.apply(policy);
    if (!next.equals(policy)) {
      write(next);
    }
  }

  /** A person says what is held or pinned: whoever says it knows what else should be. */
  synchronized void declare(UnaryOperator<Policy> change) throws Fault {
    if (unknown.isEmpty()) {
      change(change);
      return;
    }
    write(change.apply(policy));
    unmark();
    unknown = Optional.empty();
  }

  private void write(Policy next) throws Fault {
    boolean marked = isThere(mark);
    if (unknown.isPresent()) {
      // What is set aside, or overwritten, leaves no other trace of what nobody knows.
      put(mark);
    }
    if (strange) {
      setAsideStrange(marked);
      strange = false;
      damage = Optional.empty();
    }
    remember();
    // An older copy could bring back what is revoked now: rather none.
    copy.delete();
    try {
      file.write(next);
    } catch (Fault fault) {
      if (unknown.isEmpty()) {
        duplicate(policy);
      }
      throw fault;
    }
    policy = next;
    duplicate(next);
  }

  private void setAsideStrange(boolean marked) throws Fault {
    try {
      file.quarantine("a person on this host says something else");
    } catch (Fault fault) {
      if (!marked) {
        unmark();
      }
      throw fault;
    }
  }

  private void unmark() throws Fault {
    try {
      disk.delete(mark);
    } catch (IOException e) {
      throw new Fault.Transient(
          ReasonCode.IO_ERROR, "cannot delete %s: %s".formatted(mark, e.getMessage()));
    }
  }

  private void remember() throws Fault {
    put(decided);
  }

  private void put(Path sign) throws Fault {
    if (isThere(sign)) {
      return;
    }
    try {
      disk.replace(sign, new byte[0], 0600);
    } catch (IOException e) {
      throw new Fault.Transient(
          ReasonCode.IO_ERROR, "cannot write %s: %s".formatted(sign, e.getMessage()));
    }
  }

  private void duplicate(Policy next) {
    try {
      copy.write(next);
    } catch (Fault fault) {
      LOG.warn("{}; there is no second copy of it now", fault.getMessage());
    }
  }

  private synchronized void read() {
    Optional<Reason> before = problem();
    strange = false;
    damage = Optional.empty();
    unknown = isThere(mark) ? Optional.of(lost()) : Optional.empty();
    switch (file.look()) {
      case PolicyFile.Good(Policy found) -> {
        policy = found;
        agree(found);
      }
      case PolicyFile.Missing _ -> recover(copy.look(), isThere(decided));
      case PolicyFile.Damaged(String why) -> {
        setAside(file, why);
        recover(copy.look(), true);
      }
      case PolicyFile.Newer(String why) ->
          leave("a newer installer wrote it: " + why, new PolicyFile.Missing());
      case PolicyFile.Unread(String why) -> leave(why, copy.look());
    }
    problem()
        .filter(now -> !Optional.of(now).equals(before))
        .ifPresent(now -> LOG.error("{}", now.sentence()));
  }

  /** Both files say the same again, wherever a disk or a crash had it otherwise. */
  private void agree(Policy found) {
    PolicyFile.Found second = copy.look();
    if (second instanceof PolicyFile.Damaged(String why)) {
      setAside(copy, why);
    }
    boolean left = second instanceof PolicyFile.Newer || second instanceof PolicyFile.Unread;
    if (!left && !second.equals(new PolicyFile.Good(found))) {
      duplicate(found);
    }
    try {
      remember();
    } catch (Fault fault) {
      LOG.warn("{}; it is tried again at the next start", fault.getMessage());
    }
  }

  private static boolean isThere(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private void recover(PolicyFile.Found second, boolean lost) {
    switch (second) {
      case PolicyFile.Good(Policy found) -> {
        LOG.warn("what people decided on this host is taken from its second copy");
        policy = found;
        restore(found);
      }
      case PolicyFile.Missing _ -> forget(lost);
      case PolicyFile.Damaged(String why) -> {
        setAside(copy, why);
        forget(true);
      }
      case PolicyFile.Newer _, PolicyFile.Unread _ -> forget(true);
    }
  }

  private void restore(Policy found) {
    try {
      file.write(found);
    } catch (Fault fault) {
      LOG.warn("{}; it is tried again at the next start", fault.getMessage());
    }
  }

  private void forget(boolean lost) {
    policy = Policy.EMPTY;
    if (!lost) {
      return;
    }
    unknown = Optional.of(lost());
    try {
      put(mark);
    } catch (Fault fault) {
      LOG.warn("{}", fault.getMessage());
    }
  }

  /** What is there may be good: it is neither touched nor forgotten. */
  private void leave(String why, PolicyFile.Found second) {
    strange = true;
    if (second instanceof PolicyFile.Good(Policy found)) {
      policy = found;
      damage = Optional.of(damaged("%s; its second copy counts until it can be".formatted(why)));
      return;
    }
    policy = Policy.EMPTY;
    unknown =
        Optional.of(
            damaged(
                "what people decided on this host cannot be read (%s); nothing is begun by itself until it can, or until a person runs hold, unhold, pin or unpin"
                    .formatted(why)));
  }

  private static Reason lost() {
    return damaged(
        "what people decided on this host, its holds and pins, is lost; nothing is begun by itself"
            + " until a person runs hold, unhold, pin or unpin");
  }

  private static Reason damaged(String sentence) {
    return new Reason(ReasonCode.STATE_DAMAGED, sentence);
  }

  private static void setAside(PolicyFile damaged, String why) {
    try {
      damaged.quarantine(why);
    } catch (Fault fault) {
      LOG.warn("{}", fault.getMessage());
    }
  }
}
