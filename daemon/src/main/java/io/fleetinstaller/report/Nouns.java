package io.fleetinstaller.report;

import io.fleetinstaller.desired.Decision;
import io.fleetinstaller.desired.Hold;
import io.fleetinstaller.desired.LocalOverride;
import io.fleetinstaller.desired.Pin;
import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.Origin;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Wait;
import io.fleetinstaller.upgrade.Upgrade;
import io.fleetinstaller.upgrade.View;
import java.util.Locale;

/** The shared nouns as they stand in every document. */
public final class Nouns {
  private Nouns() {}

  /** The package's name is left out: it stands beside the release. */
  public static Tree release(Release release) {
    return new Tree()
        .put("version", release.version().value())
        .put("digest", release.digest().toString());
  }

  public static Tree reason(Reason reason) {
    return new Tree()
        .put("code", reason.code().text())
        .put("blame", word(reason.code().blame()))
        .put("sentence", reason.sentence())
        .texts("evidence", reason.evidence());
  }

  static Tree origin(Origin origin) {
    return new Tree()
        .put("kind", word(origin.kind()))
        .put("by", origin.by())
        .put("note", origin.note());
  }

  static Tree want(Desired.Want want) {
    return switch (want) {
      case Desired.Run(Release release, _) ->
          new Tree().put("ensure", "present").put("release", release(release));
      case Desired.Absent() -> new Tree().put("ensure", "absent");
      case Desired.Leave(Reason why) ->
          new Tree().put("ensure", "leave").put("reason", reason(why));
      case Desired.Later(Desired.Want then, _, _) -> want(then);
    };
  }

  static Tree desired(Desired desired) {
    return want(desired.want()).put("origin", origin(desired.origin()));
  }

  static Tree hold(Hold hold) {
    return decision(hold.decision());
  }

  static Tree override(LocalOverride override) {
    Tree target = new Tree().put("ensure", override.target().isPresent() ? "present" : "absent");
    return decision(override.decision())
        .put("target", target.put("release", override.target(), Nouns::release));
  }

  static Tree pin(Pin pin) {
    Tree target = new Tree().put("ensure", "present").put("release", release(pin.release()));
    return decision(pin.decision()).put("target", target);
  }

  /** An enum's constant as it stands in documents, e.g. {@code given-up}. */
  public static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Tree view(View view) {
    Upgrade upgrade = view.upgrade();
    return new Tree()
        .put("id", upgrade.id())
        .put("from", upgrade.from(), Nouns::release)
        .put("to", upgrade.to(), Nouns::release)
        .put("origin", origin(upgrade.origin()))
        .put("began", upgrade.began())
        .put("step", word(view.step()))
        .put("attempt", view.attempt())
        .put("progress", new Tree().put("done", view.done()).put("total", view.total()))
        .put("since", view.since())
        .put("waits", view.waits(), Nouns::waiting);
  }

  private static Tree waiting(Wait wait) {
    return new Tree().put("for", wait.whom()).put("until", wait.until()).put("why", wait.why());
  }

  private static Tree decision(Decision decision) {
    return new Tree()
        .put("by", decision.by())
        .put("why", decision.reason())
        .put("since", decision.at())
        .put("until", decision.expires());
  }
}
