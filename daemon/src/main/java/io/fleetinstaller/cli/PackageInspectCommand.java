package io.fleetinstaller.cli;

import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.registry.Blob;
import io.fleetinstaller.registry.DescriptorText;
import io.fleetinstaller.registry.Image;
import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.registry.LayoutWriter;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.toc.Toc;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code package inspect}. */
@Command(
    name = "inspect",
    description = "Shows what is in a package: descriptor, layers and sizes, for every platform.",
    mixinStandardHelpOptions = true)
final class PackageInspectCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Account account = new Account();

  @Parameters(
      index = "0",
      paramLabel = "REF|LAYOUT",
      description = "host/path or a layout's folder, each with :tag or @sha256:…")
  private String reference = "";

  @Option(names = "--json", description = "Everything, for scripts.")
  private boolean json;

  PackageInspectCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    Inspection seen =
        Inspection.of(
            Account.reference(reference),
            account.settings(session),
            session.time(),
            Account.chance(session));
    session.terminal().out().print(json ? Json.pretty(tree(seen)) + "\n" : text(seen));
    return 0;
  }

  private static String text(Inspection seen) {
    return "%s%ndigest %s%n".formatted(seen.reference(), seen.top())
        + seen.images().stream()
            .map(image -> text(image, seen))
            .collect(Collectors.joining("\n", "\n", ""))
        + seen.trouble().stream()
            .map(why -> "note: %s%n".formatted(Texts.plain(why)))
            .collect(Collectors.joining());
  }

  private static String text(Image image, Inspection seen) {
    Descriptor descriptor = image.descriptor();
    Table table = new Table();
    table.row(
        "%s %s".formatted(descriptor.name(), descriptor.version()),
        descriptor.platform().toString());
    table.row("  manifest", image.manifest().toString());
    for (Blob layer : image.layers()) {
      table.row(
          "  layer",
          layer.digest().toString(),
          Sizes.text(layer.size()),
          Texts.plain(layer.mediaType()));
      table.row(
          "  contents", contents(layer, Optional.ofNullable(seen.tocs().get(layer.digest()))));
    }
    for (Inspection.Leading delta : seen.deltas().getOrDefault(image.manifest(), List.of())) {
      table.row("  delta", "from " + from(delta), Sizes.text(delta.size()));
    }
    table.row(
        "  unpacked",
        "%s in %d entries".formatted(Sizes.text(descriptor.unpackedSize()), descriptor.entries()));
    descriptor.services().forEach(service -> table.row("  service", service.name()));
    image.notes().forEach(note -> table.row("  note", Texts.plain(note)));
    String pretty =
        Json.pretty(DescriptorText.tree(descriptor))
            .lines()
            .map(Texts::plain)
            .collect(Collectors.joining("\n"));
    return table.text() + "  descriptor\n" + pretty.indent(4);
  }

  /** The release by which hosts know what it leads from. */
  private static String from(Inspection.Leading delta) {
    List<Digest> from = delta.ref().from();
    return from.isEmpty() ? "nowhere that can be read" : from.getLast().toString();
  }

  private static String contents(Blob layer, Optional<Toc> toc) {
    return toc.map(table ->
            "%d entries, %d chunks in %d frames; table of %s"
                .formatted(
                    table.entries().size(),
                    table.chunks(),
                    table.frames(),
                    Sizes.text(layer.toc().map(Toc.Location::packed).orElse(0L))))
        .orElse("no table of contents; hosts fetch the whole layer");
  }

  private static Map<String, @Nullable Object> tree(Inspection seen) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("reference", seen.reference());
    tree.put("digest", seen.top());
    tree.put("platforms", seen.images().stream().map(image -> tree(image, seen)).toList());
    tree.put("trouble", seen.trouble());
    return tree;
  }

  private static Map<String, @Nullable Object> tree(Image image, Inspection seen) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("manifest", image.manifest());
    tree.put("descriptor", DescriptorText.tree(image.descriptor()));
    tree.put("layers", image.layers().stream().map(layer -> tree(layer, seen.tocs())).toList());
    tree.put(
        "deltas",
        seen.deltas().getOrDefault(image.manifest(), List.of()).stream()
            .map(PackageInspectCommand::tree)
            .toList());
    tree.put("notes", image.notes());
    return tree;
  }

  private static Map<String, Object> tree(Inspection.Leading delta) {
    return new TreeMap<>(
        Map.of(
            "manifest", delta.ref().manifest(), "from", delta.ref().from(), "size", delta.size()));
  }

  private static Map<String, Object> tree(Blob layer, Map<Digest, Toc> tocs) {
    Map<String, Object> tree = LayoutWriter.tree(layer);
    Optional.ofNullable(tocs.get(layer.digest()))
        .ifPresent(toc ->
            tree.put(
                "contents",
                new TreeMap<>(
                    Map.of(
                        "entries", (long) toc.entries().size(),
                        "chunks", toc.chunks(),
                        "frames", toc.frames()))));
    return tree;
  }
}
