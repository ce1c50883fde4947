package io.fleetinstaller.repo;

import io.fleetinstaller.desired.Deployment;
import io.fleetinstaller.desired.Deployments;
import io.fleetinstaller.desired.RemoteConfig;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Version;
import java.util.List;
import java.util.Optional;

/** Writes deployments into the documents of a group. */
public record Deploying(Workplace place) {

  /** Reads a deployment as an operator writes it; the message names the digest if it lacks one. */
  public Deployment read(String source, byte[] bytes) throws Fault {
    Document document = Document.yaml(source, bytes);
    if (document.has("version") && !document.has("digest")) {
      PackageName name = document.value("package", PackageName::new);
      Version version = document.value("version", Version::new);
      throw document.refuse("digest", "it is missing; %s".formatted(hint(name, version)));
    }
    return Deployment.of(Document.yaml(source, bytes));
  }

  private String hint(PackageName name, Version version) throws Fault {
    return Documents.digest(new Documents(place).config(), name, version)
        .map(digest -> "the catalog has digest: " + digest)
        .orElse("and no catalog has %s %s".formatted(name, version));
  }

  /** The digest of a version that a catalog has. */
  public Digest digest(PackageName name, Version version) throws Fault {
    return Documents.digest(new Documents(place).config(), name, version)
        .orElseThrow(() ->
            new Refused(
                ReasonCode.NOT_IN_CATALOG,
                "cannot deploy %s %s: no catalog has it; a publisher adds it with 'repo add'"
                    .formatted(name, version)));
  }

  /**
   * Drafts this deployment in the place of the one with its id, if the catalog has what it says.
   */
  public Outcome deploy(String group, Deployment deployment) throws Fault {
    Documents documents = new Documents(place);
    RemoteConfig config = documents.config();
    String path = path(group, deployment.name());
    Documents.refuseWrong(config, path, deployment);
    Optional<byte[]> bytes = documents.read(path);
    Deployments before =
        bytes.isPresent() ? Deployments.parse(path, bytes.get()) : new Deployments(List.of());
    if (before.all().contains(deployment)) {
      return Outcome.said("%s has %s already".formatted(path, deployment.id()))
          .with("path", path)
          .with("id", deployment.id());
    }
    return drafted(documents.write(path, with(before, deployment).bytes()), path, deployment.id());
  }

  /** Takes a deployment out of the documents of a group. */
  public Outcome end(String group, PackageName name, String id) throws Fault {
    Documents documents = new Documents(place);
    String path = path(group, name);
    Optional<byte[]> bytes = documents.read(path);
    Deployments before =
        bytes.isPresent() ? Deployments.parse(path, bytes.get()) : new Deployments(List.of());
    if (before.without(id).equals(before)) {
      throw new Refused(
          ReasonCode.NOT_FOUND, "cannot end deployment %s: %s has none".formatted(id, path));
    }
    return drafted(documents.write(path, before.without(id).bytes()), path, id);
  }

  private static Deployments with(Deployments before, Deployment deployment) throws Refused {
    try {
      return before.with(deployment);
    } catch (IllegalArgumentException e) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot deploy %s: %s".formatted(deployment.name(), e.getMessage()));
    }
  }

  private static Outcome drafted(RoleName role, String path, String id) {
    return Outcome.said("%s: %s".formatted(path, id))
        .line("drafted %s; next: repo sign".formatted(role))
        .with("path", path)
        .with("role", role)
        .with("id", id);
  }

  private static String path(String group, PackageName name) throws Refused {
    try {
      return Deployments.path(group, name);
    } catch (IllegalArgumentException e) {
      throw new Refused(ReasonCode.BAD_REQUEST, "cannot deploy to this group: " + e.getMessage());
    }
  }
}
