package io.fleetinstaller.api;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Durations;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Version;
import io.fleetinstaller.report.Tree;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * One request to change something.
 *
 * @param version of install, upgrade and pin; alone it must name a slot on disk or a release of the
 *     signed catalog
 * @param why what the caller says about it; may be empty
 * @param lasting how long the hold or override counts; empty: until it is taken back
 * @param by who asks: the user that the kernel names, and whom they say they act for
 */
public record Command(
    Verb verb,
    Optional<PackageName> name,
    Optional<Version> version,
    Optional<Digest> digest,
    String why,
    Optional<Duration> lasting,
    String by) {
  private static final Set<Verb> TARGETED = EnumSet.of(Verb.INSTALL, Verb.UPGRADE, Verb.PIN);
  private static final int WHY_LENGTH = 400;
  private static final int BEHALF_LENGTH = 64;

  /** Reads what a caller sent; every key that does not fit the verb is refused. */
  static Command read(Document body, String user) throws Refused {
    Verb verb = body.value("verb", Verb::parse);
    Optional<PackageName> name = body.optionalValue("package", PackageName::new);
    if (verb.needsPackage() && name.isEmpty()) {
      throw body.refuse("package", verb.text() + " needs one");
    }
    boolean targeted = TARGETED.contains(verb);
    Command command =
        new Command(
            verb,
            name,
            targeted ? body.optionalValue("version", Version::new) : Optional.empty(),
            targeted ? body.optionalValue("digest", Digest::parse) : Optional.empty(),
            line(body, "why", WHY_LENGTH),
            verb.needsPackage() ? lasting(body) : Optional.empty(),
            by(user, line(body, "behalf", BEHALF_LENGTH)));
    body.done();
    return command;
  }

  private static Optional<Duration> lasting(Document body) throws Refused {
    Optional<Duration> lasting = body.optionalValue("for", Durations::parse);
    if (lasting.isPresent() && lasting.get().isZero()) {
      throw body.refuse("for", "it must be longer than nothing");
    }
    return lasting;
  }

  // It ends up in logs and on terminals.
  private static String line(Document body, String key, int length) throws Refused {
    String text = body.optionalText(key).orElse("");
    if (text.length() > length || text.chars().anyMatch(Character::isISOControl)) {
      throw body.refuse(key, "it must be one line of at most %d characters".formatted(length));
    }
    return text;
  }

  private static String by(String user, String behalf) {
    return behalf.isEmpty() || behalf.equals(user) ? user : "%s for %s".formatted(user, behalf);
  }

  /** What a client sends; who asks is not in it but for {@code behalf}. */
  public Tree request(String behalf) {
    Tree tree = new Tree().put("verb", verb.text());
    name.ifPresent(present -> tree.put("package", present.value()));
    version.ifPresent(present -> tree.put("version", present.value()));
    digest.ifPresent(present -> tree.put("digest", present.toString()));
    lasting.ifPresent(present -> tree.put("for", Durations.text(present)));
    if (!why.isEmpty()) {
      tree.put("why", why);
    }
    if (!behalf.isEmpty()) {
      tree.put("behalf", behalf);
    }
    return tree;
  }
}
