package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes a repository: keys, the first root, and an empty list of documents. */
public record Initiation(Workplace place) {

  /**
   * What is to be made.
   *
   * @param rootKeys how many; besides those of others
   * @param rootThreshold how many of all of them must sign a root
   * @param others public halves of root keys that others hold
   * @param bareOnline whether the keys of snapshot and timestamp have no passphrase
   */
  public record Wish(
      Lifetimes lifetimes,
      Scheme scheme,
      int rootKeys,
      int rootThreshold,
      List<PublicPart> others,
      boolean bareOnline) {
    public static final Wish USUAL =
        new Wish(Lifetimes.DEFAULT, Scheme.ED25519, 3, 2, List.of(), false);

    public Wish {
      others = List.copyOf(others);
      int all = rootKeys + others.size();
      if (rootKeys < 0 || rootThreshold < 1 || rootThreshold > all) {
        throw new IllegalArgumentException(
            "%d of %d root keys cannot be asked to sign".formatted(rootThreshold, all));
      }
    }
  }

  /** Makes it, or goes on where an earlier try ended, and signs with the keys that are here. */
  public Outcome init(Wish wish) throws Fault {
    if (place.published().sheet(RoleName.TIMESTAMP).isPresent()) {
      throw new Refused(
          ReasonCode.CONFLICT,
          "cannot make a repository in %s: there is one".formatted(place.folder().path()));
    }
    place.settle(wish.lifetimes());
    place
        .folder()
        .write(
            ".gitignore",
            ".lock\nkeys/*\n!keys/*.pub\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    if (place.current().sheet(RoleName.ROOT).isEmpty()) {
      place.draft(RoleName.ROOT, root(wish));
    }
    if (place.current().sheet(RoleName.TARGETS).isEmpty()) {
      place.draft(RoleName.TARGETS, TargetsStatement.empty(place.next(RoleName.TARGETS)));
    }
    return new Signing(place).sign(List.of());
  }

  private RootStatement root(Wish wish) throws Fault {
    List<PublicPart> rootKeys = new ArrayList<>(wish.others());
    for (int number = 1; number <= wish.rootKeys(); number++) {
      rootKeys.add(key("root-" + number, wish.scheme(), false));
    }
    SortedMap<RoleName, Grant> grants = new TreeMap<>();
    grants.put(RoleName.ROOT, Grant.of(rootKeys, wish.rootThreshold()));
    for (RoleName role : RoleName.TOP.subList(1, RoleName.TOP.size())) {
      boolean bare = wish.bareOnline() && !role.equals(RoleName.TARGETS);
      grants.put(role, Grant.of(List.of(key(role + "-1", wish.scheme(), bare)), 1));
    }
    return new RootStatement(place.next(RoleName.ROOT), grants);
  }

  private PublicPart key(String name, Scheme scheme, boolean bare) throws Fault {
    Optional<PublicPart> known = place.keyring().find(name);
    return known.isPresent() ? known.get() : place.keyring().generate(name, scheme, bare);
  }
}
