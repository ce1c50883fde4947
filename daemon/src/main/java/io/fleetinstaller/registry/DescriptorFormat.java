package io.fleetinstaller.registry;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Descriptor;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.release.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads descriptors, strictly: what it does not know it refuses. {@link DescriptorText} writes
 * them.
 */
public final class DescriptorFormat {
  public static final String MEDIA_TYPE = "application/vnd.fleetinstaller.descriptor.v1+json";

  /** In bytes. */
  public static final int LARGEST = 1 << 20;

  static final int VERSION = 1;
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration HOOK_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration ONE_HOUR = Duration.ofHours(1);
  private static final int MOST_STATE = 8;

  private final Document document;

  private DescriptorFormat(Document document) {
    this.document = document;
  }

  /**
   * A descriptor whose extent may still be unknown.
   *
   * @param descriptor its unpackedSize and entries are 0 where the document is silent
   */
  public record Draft(Descriptor descriptor, OptionalLong unpackedSize, OptionalLong entries) {}

  /** Reads a descriptor as it stands in a package. */
  public static Descriptor read(String source, byte[] json) throws Refused {
    Document document = Document.json(source, json, LARGEST, ReasonCode.MALFORMED);
    Draft draft = draft(document);
    document.number("unpackedSize", 0, Long.MAX_VALUE);
    document.number("entries", 0, Descriptor.MOST_ENTRIES);
    return draft.descriptor();
  }

  /** Reads a descriptor that somebody wrote by hand: its extent may be missing. */
  public static Draft draft(Document document) throws Refused {
    return new DescriptorFormat(document).draft();
  }

  private Draft draft() throws Refused {
    // First, so that a newer format is named as such and not by its first unknown key.
    if (document.number("formatVersion", 1, Integer.MAX_VALUE) != VERSION) {
      throw document.refuse(
          "formatVersion", "only %d is known here; use a newer installer".formatted(VERSION));
    }
    OptionalLong unpackedSize = document.optionalNumber("unpackedSize", 0, Long.MAX_VALUE);
    OptionalLong entries = document.optionalNumber("entries", 0, Descriptor.MOST_ENTRIES);
    Optional<Document> health = document.optionalObject("health");
    Descriptor descriptor =
        new Descriptor(
            document.value("name", PackageName::new),
            document.value("version", Version::new),
            platform(document.object("platform")),
            services(),
            health.isPresent() ? HealthFormat.read(health.get()) : HealthCheck.DEFAULT,
            hooks(),
            accounts(),
            directories(),
            configFiles(),
            slotPaths("setuid"),
            slotPaths("capabilities"),
            data(),
            document.flag("immutable", false),
            unpackedSize.orElse(0),
            entries.orElse(0));
    document.done();
    return new Draft(descriptor, unpackedSize, entries);
  }

  private static Platform platform(Document platform) throws Refused {
    Platform read =
        new Platform(
            platform.value("os", Words::platformWord),
            platform.value("architecture", Words::platformWord));
    platform.done();
    return read;
  }

  private List<Descriptor.Service> services() throws Refused {
    List<Descriptor.Service> services = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Document service : document.objects("services")) {
      Descriptor.Service read = service(service);
      if (!names.add(read.name())) {
        throw service.refuse("name", "'%s' stands here twice".formatted(read.name()));
      }
      services.add(read);
    }
    return services;
  }

  private static Descriptor.Service service(Document service) throws Refused {
    String name = service.value("name", Words::serviceName);
    Optional<String> unitFile = service.optionalValue("unitFile", Words::slotPath);
    Optional<Document> command = service.optionalObject("command");
    if (unitFile.isEmpty() && command.isEmpty()) {
      throw service.refuse("name", "it has neither unitFile nor command; give one or both");
    }
    if (unitFile.isPresent() && !name.endsWith(".service")) {
      throw service.refuse("name", "'%s' has a unitFile and must end in .service".formatted(name));
    }
    Descriptor.Command read = command.isPresent() ? command(command.get()) : null;
    service.done();
    return new Descriptor.Service(name, unitFile.orElse(null), read);
  }

  private static Descriptor.Command command(Document command) throws Refused {
    List<String> argv = argv(command);
    Map<String, String> env = command.textMap("env");
    for (String key : env.keySet()) {
      if (!Words.isVariable(key)) {
        throw command.refuse("env", "'%s' is not a variable's name".formatted(key));
      }
    }
    Optional<String> user = command.optionalValue("user", Words::user);
    Duration stopTimeout = bounded(command, "stopTimeout", STOP_TIMEOUT);
    command.done();
    return new Descriptor.Command(argv, env, user.orElse(null), stopTimeout);
  }

  static List<String> argv(Document document) throws Refused {
    List<String> argv = document.texts("argv");
    if (argv.isEmpty() || argv.getFirst().isEmpty()) {
      throw document.refuse("argv", "it must begin with the program to run");
    }
    if (argv.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
      throw document.refuse("argv", "it holds a NUL character");
    }
    return argv;
  }

  static Duration bounded(Document document, String key, Duration otherwise) throws Refused {
    Duration found = document.duration(key, otherwise);
    if (found.isZero() || found.compareTo(ONE_HOUR) > 0) {
      throw document.refuse(key, "it must be more than 0s and at most 1h");
    }
    return found;
  }

  private Descriptor.Hooks hooks() throws Refused {
    Optional<Document> hooks = document.optionalObject("hooks");
    if (hooks.isEmpty()) {
      return Descriptor.Hooks.NONE;
    }
    Optional<Document> before = hooks.get().optionalObject("beforeSwitch");
    Optional<Document> after = hooks.get().optionalObject("afterSwitch");
    hooks.get().done();
    return new Descriptor.Hooks(
        before.isPresent() ? hook(before.get()) : null,
        after.isPresent() ? hook(after.get()) : null);
  }

  private static Descriptor.Hook hook(Document hook) throws Refused {
    Descriptor.Hook read = new Descriptor.Hook(argv(hook), bounded(hook, "timeout", HOOK_TIMEOUT));
    hook.done();
    return read;
  }

  private List<Descriptor.Account> accounts() throws Refused {
    List<Descriptor.Account> accounts = new ArrayList<>();
    for (Document user : document.objects("users")) {
      accounts.add(new Descriptor.Account(user.value("name", Words::user)));
      user.done();
    }
    return accounts;
  }

  private List<Descriptor.Directory> directories() throws Refused {
    List<Descriptor.Directory> directories = new ArrayList<>();
    for (Document directory : document.objects("directories")) {
      directories.add(
          new Descriptor.Directory(
              directory.value("path", Words::hostPath),
              directory.optionalValue("owner", Words::user).orElse("root"),
              directory.optionalValue("mode", Words::mode).orElse("0755")));
      directory.done();
    }
    return directories;
  }

  private List<Descriptor.ConfigFile> configFiles() throws Refused {
    List<Descriptor.ConfigFile> files = new ArrayList<>();
    for (Document file : document.objects("configFiles")) {
      files.add(
          new Descriptor.ConfigFile(
              file.value("source", Words::slotPath),
              file.value("path", Words::hostPath),
              file.optionalValue("owner", Words::user).orElse("root"),
              file.optionalValue("mode", Words::mode).orElse("0644")));
      file.done();
    }
    return files;
  }

  private Descriptor.Data data() throws Refused {
    List<String> state = new ArrayList<>();
    for (Document directory : document.objects("state")) {
      String path = directory.value("path", Words::asciiPath);
      for (String other : state) {
        if ((path + "/").startsWith(other + "/") || (other + "/").startsWith(path + "/")) {
          throw directory.refuse("path", "'%s' and '%s' overlap".formatted(other, path));
        }
      }
      state.add(path);
      directory.done();
    }
    if (state.size() > MOST_STATE) {
      throw document.refuse("state", "there may be %d at most".formatted(MOST_STATE));
    }
    boolean pointOfNoReturn = document.flag("pointOfNoReturn", false);
    if (pointOfNoReturn && state.isEmpty()) {
      throw document.refuse(
          "pointOfNoReturn",
          "name the directories of its data in state: without a snapshot of them it could not be taken back");
    }
    return new Descriptor.Data(state, pointOfNoReturn);
  }

  private Set<String> slotPaths(String key) throws Refused {
    Set<String> paths = new HashSet<>();
    for (String text : document.texts(key)) {
      try {
        paths.add(Words.slotPath(text));
      } catch (IllegalArgumentException e) {
        throw document.refuse(key, String.valueOf(e.getMessage()));
      }
    }
    return paths;
  }
}
