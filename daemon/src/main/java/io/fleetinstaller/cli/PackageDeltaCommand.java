package io.fleetinstaller.cli;

import io.fleetinstaller.io.Json;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.packages.DeltaBuild;
import io.fleetinstaller.registry.Address;
import io.fleetinstaller.registry.Inspection;
import io.fleetinstaller.registry.Push;
import io.fleetinstaller.registry.Reference;
import io.fleetinstaller.registry.Registry;
import io.fleetinstaller.registry.RegistrySettings;
import io.fleetinstaller.release.Fault;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code package delta}. */
@Command(
    name = "delta",
    description = {
      "Publishes what leads from one release of a package to another, for hosts that have the old.",
      "It goes into the layout or the repository of NEW, and is found there by NEW's digest.",
      "The same two packages give the same bytes."
    },
    mixinStandardHelpOptions = true)
final class PackageDeltaCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private Account account = new Account();

  @Parameters(
      index = "0",
      paramLabel = "OLD",
      description = "host/path or a layout's folder, each with :tag or @sha256:…")
  private String old = "";

  @Parameters(index = "1", paramLabel = "NEW", description = "The same of the new release.")
  private String now = "";

  @Option(names = "--json", description = "What was made, for scripts.")
  private boolean json;

  PackageDeltaCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Fault, InterruptedException {
    Reference from = Account.reference(old);
    Reference to = Account.reference(now);
    Terminal terminal = session.terminal();
    DeltaBuild build =
        new DeltaBuild(new Reached(account.settings(session)), terminal.err()::println);
    List<DeltaBuild.Built> built = build.run(from, to);
    terminal
        .out()
        .print(
            json
                ? Json.pretty(built.stream().map(PackageDeltaCommand::tree).toList()) + "\n"
                : built.stream()
                    .map(each -> text(from, to, each))
                    .collect(Collectors.joining("\n")));
    return 0;
  }

  private static String text(Reference from, Reference to, DeltaBuild.Built built) {
    long percent = Math.round(100.0 * built.size() / Math.max(1, built.layer().size()));
    long patched = built.patched();
    return "%s to %s %s%n".formatted(from, to, built.platform())
        + new Table()
            .row("  delta", built.manifest().toString())
            .row(
                "  fetched",
                "%s instead of %s, %d %%"
                    .formatted(Sizes.text(built.size()), Sizes.text(built.layer().size()), percent))
            .row(
                "  files",
                "%d patched, %d whole".formatted(patched, built.table().files().size() - patched))
            .text();
  }

  private static Map<String, Object> tree(DeltaBuild.Built built) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("platform", built.platform());
    tree.put("delta", built.manifest());
    tree.put("from", built.table().from());
    tree.put("to", built.table().to());
    tree.put("size", built.size());
    tree.put("layerSize", built.layer().size());
    tree.put("patched", built.patched());
    tree.put("whole", built.table().files().size() - built.patched());
    return tree;
  }

  /** Registries as this person reaches them. */
  private final class Reached implements DeltaBuild.Network {
    private final RegistrySettings settings;

    Reached(RegistrySettings settings) {
      this.settings = settings;
    }

    @Override
    public Inspection inspect(Reference reference) throws Fault, InterruptedException {
      return Inspection.of(reference, settings, session.time(), Account.chance(session));
    }

    @Override
    public Registry registry(Address repository) {
      return new Registry(
          settings.after(repository.toString()), session.time(), Account.chance(session));
    }

    @Override
    public Push push() {
      return new Push(settings, session.time(), Account.chance(session));
    }
  }
}
