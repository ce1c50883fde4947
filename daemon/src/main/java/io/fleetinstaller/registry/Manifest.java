package io.fleetinstaller.registry;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An OCI or docker manifest: the descriptor and the layers of one platform. */
record Manifest(Blob config, List<Blob> layers, Map<String, String> annotations)
    implements TopDocument {

  static Manifest read(Document document) throws Refused {
    TopDocument.expect(document, MediaTypes.Kind.MANIFEST);
    List<Document> documents = document.objects("layers");
    if (documents.size() > Limits.LAYERS) {
      throw document.refuse(
          "layers", "%d are more than the %d allowed".formatted(documents.size(), Limits.LAYERS));
    }
    List<Blob> layers = new ArrayList<>();
    for (Document layer : documents) {
      layers.add(TopDocument.layer(layer));
    }
    return new Manifest(
        TopDocument.blob(document.object("config"), Limits.LAYER),
        layers,
        document.textMap("annotations"));
  }
}
