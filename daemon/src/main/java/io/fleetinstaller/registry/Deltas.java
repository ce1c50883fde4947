package io.fleetinstaller.registry;

import io.fleetinstaller.http.Failure;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayList;
import java.util.List;

/** Finds the deltas that lead to a release, in whichever of its repositories answers first. */
record Deltas(Reading reading) {

  /** What there is for this manifest. */
  List<DeltaRef> to(Digest subject) throws Fault, InterruptedException {
    String what = "get what refers to %s of %s".formatted(subject, reading.name());
    Turns turns = new Turns(what, reading.repositories(), reading.pace());
    while (true) {
      Repository repository = turns.next();
      try {
        List<DeltaRef> found = new ArrayList<>();
        for (byte[] index : repository.referrers(subject)) {
          found.addAll(Referrers.deltas(repository + " " + subject, index));
        }
        return found;
      } catch (Failure failure) {
        turns.failed(failure);
      } catch (Refused refused) {
        turns.failed(Failure.lasting(refused.reason().code(), refused.reason().sentence()));
      }
    }
  }

  /** One of them, with its manifest checked. */
  Delta open(DeltaRef ref, Digest subject) throws Fault, InterruptedException {
    String source = "delta %s of %s".formatted(ref.manifest(), reading.name());
    Document document = TopDocument.open(source, reading.manifest(ref.manifest()));
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
