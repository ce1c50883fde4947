package io.fleetinstaller.cli;

import io.fleetinstaller.desired.Deployment;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Version;
import io.fleetinstaller.repo.Deploying;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A deployment as options; a file can say more. */
final class DeploymentOptions {
  @Option(names = "--package", paramLabel = "PKG", description = "Which package.")
  private @Nullable PackageName name;

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description = "Exactly this version of the catalog.")
  private @Nullable Version version;

  @Option(
      names = "--follow",
      paramLabel = "CHANNEL",
      description = "The newest release of a channel, also of those that come later.")
  private @Nullable String channel;

  @Option(names = "--range", paramLabel = "RANGE", description = "With --follow: '>=1.9 <2'.")
  private @Nullable String range;

  @Option(names = "--absent", description = "The package shall not be there.")
  private boolean absent;

  @Option(
      names = "--select",
      paramLabel = "TAG=VALUE",
      description = "Only hosts with this tag. May be repeated.")
  private Map<String, String> tags = new LinkedHashMap<>();

  @Option(
      names = "--wave",
      paramLabel = "PERCENT[@AFTER]",
      split = ",",
      description = "How fast, e.g. 1,20@1h,100@24h; else all hosts at once.")
  private List<String> waves = new ArrayList<>();

  @Option(names = "--allow-downgrade", description = "Also where a newer version runs.")
  private boolean allowDowngrade;

  @Option(names = "--paused", description = "Nothing new begins.")
  private boolean paused;

  @Option(names = "--id", paramLabel = "ID", description = "Else the package and what it gets.")
  private @Nullable String id;

  @Option(names = "--by", paramLabel = "WHO", description = "Who asks for it. Else $USER.")
  private @Nullable String by;

  @Option(names = "--note", paramLabel = "TEXT", description = "Why; shown on the hosts.")
  private String note = "";

  Optional<PackageName> name() {
    return Optional.ofNullable(name);
  }

  Deployment deployment(Deploying deploying, Session session) throws Fault {
    Map<String, Object> tree = new LinkedHashMap<>();
    PackageName wanted = name().orElseThrow(RepoDeployCommand::nameless);
    tree.put("package", wanted);
    tree.put("id", id == null ? wanted + "-" + goal(tree, wanted, deploying) : id);
    if (id != null) {
      goal(tree, wanted, deploying);
    }
    tree.put("by", by == null ? session.terminal().environment().getOrDefault("USER", "") : by);
    tree.put("note", note);
    tree.put("allowDowngrade", allowDowngrade);
    tree.put("paused", paused);
    rest(tree, session.time().now());
    return Deployment.of(Document.json("the deployment", Json.bytes(tree)));
  }

  /** Puts in what is wanted, and gives it a word. */
  private String goal(Map<String, Object> tree, PackageName wanted, Deploying deploying)
      throws Fault {
    if ((version == null ? 0 : 1) + (channel == null ? 0 : 1) + (absent ? 1 : 0) != 1) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot deploy %s: give one of --version, --follow and --absent".formatted(wanted));
    }
    if (version != null) {
      tree.put("version", version);
      tree.put("digest", deploying.digest(wanted, version));
      return version.value().replaceAll("[^A-Za-z0-9._-]", "-");
    }
    if (channel != null) {
      Map<String, Object> follow = new LinkedHashMap<>(Map.of("channel", channel));
      Optional.ofNullable(range).ifPresent(some -> follow.put("range", some));
      tree.put("follow", follow);
      return channel;
    }
    tree.put("ensure", "absent");
    return "absent";
  }

  private void rest(Map<String, Object> tree, Instant now) throws Refused {
    if (!tags.isEmpty()) {
      Map<String, Object> values = new LinkedHashMap<>();
      tags.forEach((tag, value) -> values.put(tag, List.of(value)));
      tree.put("select", Map.of("tags", values));
    }
    if (!waves.isEmpty()) {
      List<Object> steps = new ArrayList<>();
      for (String wave : waves) {
        steps.add(wave(wave));
      }
      Map<String, Object> rollout = new LinkedHashMap<>(Map.of("waves", steps));
      if (version != null) {
        rollout.put("start", now.truncatedTo(ChronoUnit.SECONDS));
      }
      tree.put("rollout", rollout);
    }
  }

  private static Map<String, Object> wave(String text) throws Refused {
    String[] parts = text.split("@", 2);
    if (!parts[0].matches("[0-9]{1,3}")) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot understand wave '%s': write it as 20 or 20@1h".formatted(text));
    }
    Map<String, Object> wave = new LinkedHashMap<>(Map.of("percent", Integer.valueOf(parts[0])));
    if (parts.length > 1) {
      wave.put("after", parts[1]);
    }
    return wave;
  }
}
