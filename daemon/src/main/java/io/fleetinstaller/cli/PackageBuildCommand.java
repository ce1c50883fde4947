package io.fleetinstaller.cli;

import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.packages.Build;
import io.fleetinstaller.registry.Blob;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code package build}. */
@Command(
    name = "build",
    description = {
      "Turns a directory and a descriptor into an OCI artifact in a layout.",
      "The same input gives the same bytes; times are those of $SOURCE_DATE_EPOCH, else 0."
    },
    mixinStandardHelpOptions = true)
final class PackageBuildCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Recipe recipe = new Recipe();

  @Parameters(index = "0", paramLabel = "DIR", description = "What the package holds.")
  private Path directory = Path.of("");

  @Option(
      names = "--descriptor",
      required = true,
      paramLabel = "FILE",
      description = "YAML or JSON; unpackedSize and entries are measured.")
  private Path descriptor = Path.of("");

  @Option(
      names = "--output",
      required = true,
      paramLabel = "LAYOUT",
      description = "The OCI layout it goes into; a new folder, or one with other platforms.")
  private Path layout = Path.of("");

  @Option(names = "--json", description = "What was made, for scripts.")
  private boolean json;

  PackageBuildCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault {
    Build.Built built = recipe.build(session, directory, descriptor, layout).run();
    session.terminal().out().print(json ? Json.pretty(tree(built)) + "\n" : text(built));
    return 0;
  }

  private String text(Build.Built built) {
    Descriptor made = built.descriptor();
    return "%s %s %s in %s:%s%n"
            .formatted(made.name(), made.version(), made.platform(), layout, built.tag())
        + new Table()
            .row("  digest", built.top().toString(), "pin this one")
            .row("  manifest", built.manifest().digest().toString(), size(built.manifest()))
            .row("  descriptor", built.config().digest().toString(), size(built.config()))
            .row("  layer", built.layer().digest().toString(), layer(built))
            .text();
  }

  private static String layer(Build.Built built) {
    return "%s; %d entries, %s unpacked%s"
        .formatted(
            size(built.layer()),
            built.descriptor().entries(),
            Sizes.text(built.descriptor().unpackedSize()),
            built.layer().toc().isPresent()
                ? ""
                : "; too many for a table of contents, so hosts fetch the whole layer at each upgrade");
  }

  private static String size(Blob blob) {
    return Sizes.text(blob.size());
  }

  private static Map<String, Object> tree(Build.Built built) {
    Map<String, Object> tree = new LinkedHashMap<>();
    Descriptor made = built.descriptor();
    tree.put("name", made.name());
    tree.put("version", made.version());
    tree.put("platform", made.platform());
    tree.put("tag", built.tag());
    tree.put("digest", built.top());
    tree.put("manifest", built.manifest().digest());
    tree.put("descriptor", built.config().digest());
    tree.put("layer", built.layer().digest());
    tree.put("layerSize", built.layer().size());
    tree.put("unpackedSize", made.unpackedSize());
    tree.put("entries", made.entries());
    tree.put("tableOfContents", built.layer().toc().isPresent());
    return tree;
  }
}
