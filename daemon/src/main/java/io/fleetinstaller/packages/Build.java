package io.fleetinstaller.packages;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.registry.Blob;
import io.fleetinstaller.registry.DescriptorFormat;
import io.fleetinstaller.registry.DescriptorText;
import io.fleetinstaller.registry.LayoutWriter;
import io.fleetinstaller.registry.MediaTypes;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.slots.Admission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Makes a package of a directory.
 *
 * @param descriptor YAML or JSON; what it does not say about the extent is measured
 * @param layout where the package goes, beside what is there already
 * @param tag what it is called there; empty: its version
 * @param modified the time of every entry
 * @param level how hard zstd works, from 1 to 19: it is packed once and fetched by many
 */
public record Build(
    Path directory,
    Path descriptor,
    Path layout,
    String tag,
    Ownership ownership,
    Instant modified,
    int level) {

  /**
   * What was made.
   *
   * @param top the digest to pin: of the index where the tag names several platforms, else of the
   *     manifest
   */
  public record Built(
      Descriptor descriptor, String tag, Digest top, Blob manifest, Blob config, Blob layer) {}

  public Built run() throws Fault {
    try {
      return make();
    } catch (IOException e) {
      throw new Fault.Broken(
          ReasonCode.IO_ERROR,
          "cannot build a package of %s: %s (%s)"
              .formatted(directory, e.getMessage(), e.getClass().getSimpleName()));
    }
  }

  private Built make() throws IOException, Fault {
    if (!Files.isDirectory(directory)) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot build a package of %s: it is not a directory".formatted(directory));
    }
    // The next build would pack what this one leaves there.
    if (within(layout, directory)) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot build a package of %s into %s: that lies in the same folder; name another"
              .formatted(directory, layout));
    }
    Document document = Document.yaml(descriptor.toString(), Files.readAllBytes(descriptor));
    DescriptorFormat.Draft draft = DescriptorFormat.draft(document);
    List<Contents.Item> items =
        new Contents(directory, draft.descriptor(), ownership, modified).items();
    fit(items);
    Admission admission = new Admission(draft.descriptor());
    for (Contents.Item item : items) {
      admission.check(item.entry());
    }
    Descriptor measured = measured(document, draft, items);
    LayoutWriter writer = LayoutWriter.open(layout);
    LayerContent content = new LayerContent(items, level);
    Blob layer = writer.blob(MediaTypes.LAYER, content).with(content.toc());
    Blob config = writer.blob(DescriptorFormat.MEDIA_TYPE, DescriptorText.bytes(measured));
    Blob manifest = writer.blob(MediaTypes.MANIFEST, manifest(measured, config, layer));
    String name = tag.isEmpty() ? tag(measured) : tag;
    Digest top =
        writer.tag(
            new LayoutWriter.Tagged(
                name,
                measured.name().value(),
                measured.version().value(),
                measured.platform(),
                manifest));
    return new Built(measured, name, top, manifest, config, layer);
  }

  private static boolean within(Path path, Path folder) throws IOException {
    Path there = path.toAbsolutePath().normalize();
    while (!Files.exists(there)) {
      there = there.resolveSibling("");
    }
    return there.toRealPath().startsWith(folder.toRealPath());
  }

  /** Hosts refuse what would not fit into their memory. */
  private void fit(List<Contents.Item> items) throws Refused {
    long names = items.stream().mapToLong(item -> Descriptor.held(item.entry().name())).sum();
    if (items.size() > Descriptor.MOST_ENTRIES || names > Descriptor.LARGEST_NAMES) {
      throw new Refused(
          ReasonCode.TOO_LARGE,
          "cannot build a package of %s: it has %d entries, whose names take %d bytes of a host's memory; allowed are %d and %d; make several packages of it"
              .formatted(
                  directory,
                  items.size(),
                  names,
                  Descriptor.MOST_ENTRIES,
                  Descriptor.LARGEST_NAMES));
    }
  }

  // A version may hold letters that a tag may not.
  private static String tag(Descriptor descriptor) {
    return descriptor.version().value().replaceAll("[^A-Za-z0-9_.-]", "_");
  }

  private static Descriptor measured(
      Document document, DescriptorFormat.Draft draft, List<Contents.Item> items) throws Refused {
    long size = items.stream().mapToLong(item -> item.entry().size()).sum();
    agree(document, "unpackedSize", draft.unpackedSize(), size);
    agree(document, "entries", draft.entries(), items.size());
    Descriptor it = draft.descriptor();
    return new Descriptor(
        it.name(),
        it.version(),
        it.platform(),
        it.services(),
        it.health(),
        it.hooks(),
        it.accounts(),
        it.directories(),
        it.configFiles(),
        it.setuid(),
        it.capabilities(),
        it.data(),
        it.immutable(),
        size,
        items.size());
  }

  private static void agree(Document document, String key, OptionalLong said, long found)
      throws Refused {
    if (said.isPresent() && said.getAsLong() != found) {
      throw document.refuse(key, "it is %d; leave it out, it is measured".formatted(found));
    }
  }

  private static byte[] manifest(Descriptor descriptor, Blob config, Blob layer) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("schemaVersion", 2);
    tree.put("mediaType", MediaTypes.MANIFEST);
    tree.put("artifactType", MediaTypes.PACKAGE);
    tree.put("config", LayoutWriter.tree(config));
    tree.put("layers", List.of(LayoutWriter.tree(layer)));
    tree.put(
        "annotations",
        LayoutWriter.annotations(descriptor.name().value(), descriptor.version().value()));
    return Json.bytes(tree);
  }
}
