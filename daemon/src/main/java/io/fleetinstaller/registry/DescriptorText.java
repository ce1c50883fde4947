package io.fleetinstaller.registry;

import io.fleetinstaller.io.Durations;
import io.fleetinstaller.io.Json;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.HealthCheck;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes descriptors: the same one is always the same bytes, and {@link DescriptorFormat} reads
 * them back to an equal one.
 */
public final class DescriptorText {
  private DescriptorText() {}

  public static byte[] bytes(Descriptor descriptor) {
    return Json.bytes(tree(descriptor));
  }

  /** The descriptor as maps and lists, in the order people read it. */
  public static Map<String, @Nullable Object> tree(Descriptor it) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("formatVersion", DescriptorFormat.VERSION);
    tree.put("name", it.name());
    tree.put("version", it.version());
    tree.put(
        "platform", map("os", it.platform().os(), "architecture", it.platform().architecture()));
    tree.put("services", it.services().stream().map(DescriptorText::service).toList());
    tree.put("health", health(it.health()));
    Map<String, @Nullable Object> hooks = new LinkedHashMap<>();
    put(hooks, "beforeSwitch", hook(it.hooks().beforeSwitch()));
    put(hooks, "afterSwitch", hook(it.hooks().afterSwitch()));
    put(tree, "hooks", hooks.isEmpty() ? null : hooks);
    putList(tree, "users", it.accounts().stream().map(user -> map("name", user.user())).toList());
    putList(tree, "directories", it.directories().stream().map(DescriptorText::directory).toList());
    putList(
        tree, "configFiles", it.configFiles().stream().map(DescriptorText::configFile).toList());
    // Sets have no order of their own, and the bytes must not depend on chance.
    putList(tree, "setuid", List.copyOf(new TreeSet<>(it.setuid())));
    putList(tree, "capabilities", List.copyOf(new TreeSet<>(it.capabilities())));
    putList(tree, "state", it.data().state().stream().map(path -> map("path", path)).toList());
    put(tree, "pointOfNoReturn", it.data().pointOfNoReturn() ? true : null);
    put(tree, "immutable", it.immutable() ? true : null);
    tree.put("unpackedSize", it.unpackedSize());
    tree.put("entries", it.entries());
    return tree;
  }

  private static Map<String, @Nullable Object> service(Descriptor.Service service) {
    Map<String, @Nullable Object> tree = map("name", service.name());
    put(tree, "unitFile", service.unitFile());
    put(tree, "command", command(service.command()));
    return tree;
  }

  private static @Nullable Map<String, @Nullable Object> command(
      Descriptor.@Nullable Command command) {
    if (command == null) {
      return null;
    }
    Map<String, @Nullable Object> tree = map("argv", command.argv());
    put(tree, "env", command.env().isEmpty() ? null : new TreeMap<>(command.env()));
    put(tree, "user", command.user());
    tree.put("stopTimeout", Durations.text(command.stopTimeout()));
    return tree;
  }

  private static @Nullable Object hook(Descriptor.@Nullable Hook hook) {
    return hook == null
        ? null
        : map("argv", hook.argv(), "timeout", Durations.text(hook.timeout()));
  }

  private static Object directory(Descriptor.Directory directory) {
    return map("path", directory.path(), "owner", directory.owner(), "mode", directory.mode());
  }

  private static Object configFile(Descriptor.ConfigFile file) {
    Map<String, @Nullable Object> tree = map("source", file.source(), "path", file.path());
    tree.putAll(map("owner", file.owner(), "mode", file.mode()));
    return tree;
  }

  private static Map<String, @Nullable Object> health(HealthCheck health) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("startPeriod", Durations.text(health.startPeriod()));
    tree.put("interval", Durations.text(health.interval()));
    tree.put("timeout", Durations.text(health.timeout()));
    tree.put("failureThreshold", health.failureThreshold());
    tree.put("stableFor", Durations.text(health.stableFor()));
    tree.put("deadline", Durations.text(health.deadline()));
    tree.put("probes", health.probes().stream().map(DescriptorText::probe).toList());
    return tree;
  }

  private static Map<String, @Nullable Object> probe(HealthCheck.Probe probe) {
    Map<String, @Nullable Object> tree =
        switch (probe) {
          case HealthCheck.ServiceUp _ -> map("service", Map.of());
          case HealthCheck.Http http -> map("http", http(http));
          case HealthCheck.Tcp tcp -> map("tcp", map("port", tcp.port()));
          case HealthCheck.Exec exec -> map("exec", map("argv", exec.argv()));
          case HealthCheck.LogAbsent log -> map("log", map("absent", log.pattern()));
        };
    put(tree, "severity", probe.required() ? null : "wanted");
    return tree;
  }

  private static Object http(HealthCheck.Http http) {
    Map<String, @Nullable Object> tree = map("url", http.url(), "status", http.status());
    put(tree, "body", http.body());
    return tree;
  }

  private static void put(Map<String, @Nullable Object> tree, String key, @Nullable Object value) {
    if (value != null) {
      tree.put(key, value);
    }
  }

  private static void putList(Map<String, @Nullable Object> tree, String key, List<?> items) {
    put(tree, key, items.isEmpty() ? null : items);
  }

  private static Map<String, @Nullable Object> map(Object... keysAndValues) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i].toString(), keysAndValues[i + 1]);
    }
    return map;
  }
}
