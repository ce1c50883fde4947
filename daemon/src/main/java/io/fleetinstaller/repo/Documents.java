package io.fleetinstaller.repo;

import io.fleetinstaller.desired.Catalog;
import io.fleetinstaller.desired.Deployment;
import io.fleetinstaller.desired.RemoteConfig;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Broken;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Version;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The documents of the repository as it will be. */
record Documents(Workplace place) {

  /** The bytes of one. */
  Optional<byte[]> read(String path) throws Fault {
    Current current = place.current();
    Optional<byte[]> top = read(current.targets(RoleName.TARGETS), path);
    RoleName role = current.responsible(path);
    return top.isPresent() || !role.delegated() || current.sheet(role).isEmpty()
        ? top
        : read(current.targets(role), path);
  }

  private Optional<byte[]> read(TargetsStatement statement, String path) throws Fault {
    FileFacts file = statement.targets().get(path);
    return file == null ? Optional.empty() : Optional.of(bytes(path, file));
  }

  private byte[] bytes(String path, FileFacts file) throws Fault {
    Optional<byte[]> draft = place.drafts().target(path, file);
    Optional<byte[]> bytes = draft.isPresent() ? draft : place.published().target(path, file);
    return bytes
        .filter(found -> FileFacts.of(found).equals(file))
        .orElseThrow(() ->
            new Broken(
                ReasonCode.STATE_DAMAGED,
                "cannot find the bytes of %s that %s names; write the document again"
                    .formatted(path, file.sha256())));
  }

  /** Drafts a document in the role that speaks for its path; tells which. */
  RoleName write(String path, byte[] bytes) throws Fault {
    RoleName role = place.current().responsible(path);
    FileFacts file = place.drafts().writeTarget(path, bytes);
    place.changeTargets(role, statement -> statement.with(path, file));
    return role;
  }

  /** All that a role lists, with the bytes. */
  SortedMap<String, byte[]> of(TargetsStatement statement) throws Fault {
    SortedMap<String, byte[]> all = new TreeMap<>();
    for (Map.Entry<String, FileFacts> entry : statement.targets().entrySet()) {
      all.put(entry.getKey(), bytes(entry.getKey(), entry.getValue()));
    }
    return all;
  }

  /** Everything, as hosts of all channels and groups would read it. */
  RemoteConfig config() throws Fault {
    return config(place.current());
  }

  /** The same without any draft. */
  RemoteConfig published() throws Fault {
    Current current = new Current(place.published(), Map.of());
    return current.sheet(RoleName.TARGETS).isEmpty() ? RemoteConfig.EMPTY : config(current);
  }

  private RemoteConfig config(Current current) throws Fault {
    SortedMap<String, byte[]> all = new TreeMap<>();
    for (RoleName role : current.roles()) {
      if (role.delegated() && current.sheet(role).isPresent()) {
        all.putAll(of(current.targets(role)));
      }
    }
    all.putAll(of(current.targets(RoleName.TARGETS)));
    return parse(all);
  }

  static RemoteConfig parse(SortedMap<String, byte[]> all) {
    Set<String> folders = new TreeSet<>();
    for (String path : all.keySet()) {
      String[] parts = path.split("/", -1);
      if (parts.length == 3) {
        folders.add(parts[1]);
      }
    }
    return RemoteConfig.of(all, folders, folders);
  }

  /** The digest of a version in whichever channel has it. */
  static Optional<Digest> digest(RemoteConfig config, PackageName name, Version version) {
    return config.catalogs().values().stream()
        .filter(catalog -> catalog.name().equals(name))
        .flatMap(catalog -> catalog.find(version).stream())
        .map(Catalog.Entry::digest)
        .findFirst();
  }

  /** What is wrong with each document: it cannot be read, or asks for what no catalog has. */
  static SortedMap<String, List<Reason>> wrong(RemoteConfig config) {
    SortedMap<String, List<Reason>> wrong = new TreeMap<>();
    config.problems().forEach((path, why) -> wrong.put(path, List.of(why)));
    config
        .deployments()
        .forEach((path, deployments) -> {
          List<Reason> lacks =
              deployments.all().stream()
                  .flatMap(deployment -> lacks(config, path, deployment).stream())
                  .toList();
          if (!lacks.isEmpty()) {
            wrong.put(path, lacks);
          }
        });
    return wrong;
  }

  static void refuseWrong(RemoteConfig config, String path, Deployment deployment) throws Refused {
    Optional<Reason> lack = lacks(config, path, deployment);
    if (lack.isPresent()) {
      throw new Refused(lack.get());
    }
  }

  private static Optional<Reason> lacks(RemoteConfig config, String path, Deployment deployment) {
    PackageName name = deployment.name();
    return switch (deployment.goal()) {
      case Deployment.Absent _ -> Optional.empty();
      case Deployment.Exactly exactly -> {
        boolean there =
            config.catalogs().values().stream()
                .filter(catalog -> catalog.name().equals(name))
                .flatMap(catalog -> catalog.find(exactly.digest()).stream())
                .anyMatch(entry -> entry.version().equals(exactly.version()));
        yield there
            ? Optional.empty()
            : lack(
                path,
                "no catalog has %s %s as %s".formatted(name, exactly.version(), exactly.digest()));
      }
      case Deployment.Follow follow ->
          config.catalogs().containsKey(Catalog.path(follow.channel(), name))
              ? Optional.empty()
              : lack(path, "channel %s has no %s".formatted(follow.channel(), name));
    };
  }

  private static Optional<Reason> lack(String path, String why) {
    return Optional.of(
        new Reason(
            ReasonCode.NOT_IN_CATALOG,
            "cannot deploy what %s asks for: %s; a publisher adds it with 'repo add'"
                .formatted(path, why)));
  }
}
