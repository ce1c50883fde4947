package io.fleetinstaller.daemon;

import io.fleetinstaller.desired.Policy;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Slot;
import io.fleetinstaller.report.PastUpgrade;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a candidate of the daemon makes of this host what this daemon does: the same packages,
 * the same decisions of people, the same ends of upgrades, and no damage where there is none. Both
 * look at nearly the same time only, and one may read what the other cannot: what differs for such
 * a reason is not held against it.
 */
final class Agreement {
  private static final String NEVER = "none";

  /** Documents and metadata; not what those may not go below. */
  private static final Pattern FETCHED_AGAIN = Pattern.compile("source/.*|trust/[^/]+");

  /** Lines of evidence of either. */
  private static final int MOST = 10;

  private final Slot candidate;
  private final Situation situation;
  private final StateReading reading;
  private final Policy before;

  /**
   * To be made before the candidate starts.
   *
   * @param reading what this daemon makes of its state
   */
  Agreement(Slot candidate, Situation situation, StateReading reading) {
    this.candidate = candidate;
    this.situation = situation;
    this.reading = reading;
    this.before = situation.policy().now();
  }

  /**
   * Refuses a candidate that sees what this daemon does not, or overlooks what it sees.
   *
   * @param status what the candidate answers
   * @param copy of the state, on which it works
   */
  void demand(Document status, Path copy) throws Refused {
    SortedMap<PackageName, Document> told = new TreeMap<>();
    for (Document one : status.objects("packages")) {
      told.put(one.value("package", PackageName::new), one);
    }
    packages(told);
    decisions(told);
    ends(told);
    damages(status, copy);
  }

  private void packages(Map<PackageName, Document> told) throws Refused {
    Map<PackageName, String> seen = new TreeMap<>();
    for (Map.Entry<PackageName, Document> one : told.entrySet()) {
      Optional<Document> current = one.getValue().optionalObject("current");
      if (current.isPresent()) {
        seen.put(one.getKey(), current.get().text("digest"));
      }
    }
    Map<PackageName, String> ours = new TreeMap<>();
    for (PackageName name : situation.slots().names()) {
      situation
          .slots()
          .read(name)
          .current()
          .map(slot -> slot.release().digest())
          .map(Digest::toString)
          .ifPresent(digest -> ours.put(name, digest));
    }
    if (!seen.equals(ours)) {
      throw differ("it sees other packages than this daemon", seen, ours);
    }
  }

  /** Of policy that this daemon itself cannot read there is nothing to compare. */
  private void decisions(SortedMap<PackageName, Document> told) throws Refused {
    if (situation.policy().problem().isPresent()) {
      return;
    }
    Moment moment = situation.moment();
    List<Policy> policies = List.of(before, situation.policy().now());
    SortedMap<PackageName, SortedSet<String>> seen = new TreeMap<>();
    SortedMap<PackageName, SortedSet<String>> ours = new TreeMap<>();
    for (PackageName name : decided(policies, told)) {
      Optional<Document> one = Optional.ofNullable(told.get(name));
      Decided decided = Decided.of(name, policies, moment.asked(name), moment.now());
      Decided expected =
          wanted(one).equals(asked(moment, name)) && isPlain(moment, name)
              ? decided
              : decided.askedOtherwise();
      SortedSet<String> words = one.isPresent() ? Decided.told(one.get()) : new TreeSet<>();
      if (!expected.agreesWith(words)) {
        seen.put(name, words);
        ours.put(name, decided.must());
      }
    }
    if (!seen.isEmpty()) {
      throw differ("it does not know what people decided on this host", seen, ours);
    }
  }

  private static SortedSet<PackageName> decided(
      List<Policy> policies, Map<PackageName, Document> told) {
    SortedSet<PackageName> names = new TreeSet<>(told.keySet());
    for (Policy policy : policies) {
      names.addAll(policy.holds().keySet());
      names.addAll(policy.pins().keySet());
      names.addAll(policy.overrides().keySet());
    }
    return names;
  }

  /** The release that the candidate would have; of nothing else it tells what it was asked for. */
  private static Optional<Digest> wanted(Optional<Document> one) throws Refused {
    Optional<Document> release = in(in(one, "desired"), "release");
    return release.isPresent()
        ? Optional.of(release.get().value("digest", Digest::parse))
        : Optional.empty();
  }

  private static Optional<Digest> asked(Moment moment, PackageName name) {
    return moment.asked(name).flatMap(wish -> wish.want().release()).map(Release::digest);
  }

  /** What is only put off ends no override here; a candidate may know better. */
  private static boolean isPlain(Moment moment, PackageName name) {
    return moment
        .asked(name)
        .map(Desired::want)
        .filter(want -> !(want instanceof Desired.Run) && !(want instanceof Desired.Absent))
        .isEmpty();
  }

  private void ends(SortedMap<PackageName, Document> told) throws Refused {
    SortedMap<PackageName, String> seen = new TreeMap<>();
    SortedMap<PackageName, String> ours = new TreeMap<>();
    SortedSet<PackageName> names = new TreeSet<>(told.keySet());
    names.addAll(reading.last().keySet());
    for (PackageName name : names) {
      Optional<Document> last = in(Optional.ofNullable(told.get(name)), "last");
      String theirs =
          last.isPresent() ? last.get().text("id") + " " + last.get().text("end") : NEVER;
      String here = Optional.ofNullable(reading.last().get(name)).map(Agreement::end).orElse(NEVER);
      if (!theirs.equals(here) && !isNewToUs(name, last)) {
        seen.put(name, theirs);
        ours.put(name, here);
      }
    }
    if (!seen.isEmpty()) {
      throw differ("it does not know how the last upgrades ended", seen, ours);
    }
  }

  private static String end(PastUpgrade past) {
    return past.upgrade().id() + " " + past.end();
  }

  /** A newer daemon reads journals that this one cannot. */
  private boolean isNewToUs(PackageName name, Optional<Document> last) throws Refused {
    return last.isPresent()
        && last.get().text("id").matches("\\d{1,18}")
        && situation.journals().isUnread(name, last.get().text("id"));
  }

  /**
   * By the file, for a daemon may word what it finds as it likes, and find more of other kinds.
   * What is fetched again where it is damaged does not count: a candidate reads more of that,
   * because it polls.
   */
  private void damages(Document status, Path copy) throws Refused {
    Path state = situation.site().settings().now().paths().state();
    List<String> sentences = new ArrayList<>();
    for (Document problem : status.objects("problems")) {
      if (problem.text("code").equals(ReasonCode.STATE_DAMAGED.text())) {
        sentences.add(problem.text("sentence"));
      }
    }
    SortedMap<String, String> seen = files(sentences, copy);
    seen.keySet().removeAll(files(reading.damages(), state).keySet());
    seen.replaceAll((_, sentence) -> sentence.replace(copy.toString(), state.toString()));
    if (!seen.isEmpty()) {
      throw refused(
          "it cannot read all of the state that this daemon can",
          List.copyOf(seen.values()),
          reading.damages().isEmpty() ? List.of("nothing is damaged") : reading.damages());
    }
  }

  /** The files below a folder that such sentences are about, and what is said of each. */
  private static SortedMap<String, String> files(List<String> sentences, Path folder) {
    Pattern below = Pattern.compile(Pattern.quote(folder + "/") + "([^\\s,;:]+)");
    SortedMap<String, String> files = new TreeMap<>();
    for (String sentence : sentences) {
      Matcher found = below.matcher(sentence);
      if (found.find() && !FETCHED_AGAIN.matcher(found.group(1)).matches()) {
        files.put(found.group(1).replaceFirst("\\.corrupt$", ""), sentence);
      }
    }
    return files;
  }

  private static Optional<Document> in(Optional<Document> outer, String key) throws Refused {
    return outer.isPresent() ? outer.get().optionalObject(key) : Optional.empty();
  }

  private Refused differ(String why, Object seen, Object ours) {
    return refused(why, List.of(seen), List.of(ours));
  }

  private Refused refused(String why, List<?> seen, List<?> ours) {
    List<String> evidence = new ArrayList<>();
    seen.stream().limit(MOST).map("it: %s"::formatted).forEach(evidence::add);
    ours.stream().limit(MOST).map("we: %s"::formatted).forEach(evidence::add);
    return Rehearsal.refused(candidate, why, evidence);
  }
}
