package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the deltas that lead to a release, in the first of its repositories that has any. */
record Deltas(Reading reading, Traffic traffic) {

  /** What there is for this manifest: mirrors often know of none, though the origin does. */
  List<DeltaRef> to(Digest subject) throws Fault, InterruptedException {
    Optional<Fault> failed = Optional.empty();
    for (Repository repository : reading.repositories()) {
      try {
        List<DeltaRef> found = to(subject, repository);
        if (!found.isEmpty()) {
          return found;
        }
      } catch (Failure failure) {
        failed =
            Optional.of(
                failure.asFault(
                    "cannot get what refers to %s of %s: %s: %s"
                        .formatted(subject, reading.name(), repository, failure.why())));
      } catch (Refused refused) {
        failed = Optional.of(refused);
      }
    }
    if (failed.isPresent()) {
      throw failed.get();
    }
    return List.of();
  }

  private List<DeltaRef> to(Digest subject, Repository repository)
      throws Failure, Refused, InterruptedException {
    List<DeltaRef> found = new ArrayList<>();
    for (byte[] index : repository.referrers(subject)) {
      traffic.came(index.length);
      found.addAll(Referrers.deltas(repository + " " + subject, index));
    }
    return found;
  }

  /** One of them, with its manifest checked. */
  Delta open(DeltaRef ref, Digest subject) throws Fault, InterruptedException {
    String source = "delta %s of %s".formatted(ref.manifest(), reading.name());
    byte[] manifest = reading.manifest(ref.manifest());
    traffic.came(manifest.length);
    Document document = TopDocument.open(source, manifest, Limits.DELTA_MANIFEST);
    TopDocument.expect(document, MediaTypes.Kind.MANIFEST);
    document.textMap("annotations");
    String type = document.text("artifactType");
    if (!type.equals(MediaTypes.DELTA)) {
      throw document.refuse("artifactType", "it must be " + MediaTypes.DELTA);
    }
    Digest to = document.object("subject").value("digest", Digest::parse);
    if (!to.equals(subject)) {
      throw document.refuse("subject", "it leads to %s, wanted is %s".formatted(to, subject));
    }
    Blob table = TopDocument.blob(document.object("config"), Limits.DELTA_TABLE);
    List<Document> layers = document.objects("layers");
    if (layers.size() != 1 || !table.mediaType().equals(MediaTypes.DELTA_TABLE)) {
      throw new Refused(
          ReasonCode.MALFORMED,
          "cannot use %s: it must have a config %s and one layer"
              .formatted(source, MediaTypes.DELTA_TABLE));
    }
    Blob blocks = TopDocument.blob(layers.getFirst(), Limits.LAYER);
    return new Delta(ref.manifest(), to, table, blocks);
  }
}
