package io.fleetinstaller.release;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a release says about itself: the config blob of its OCI artifact.
 *
 * @param services in start order; they stop in the reverse order
 * @param setuid paths in the slot that may carry set-uid or set-gid bits
 * @param capabilities paths in the slot that may carry file capabilities
 * @param data what it keeps on the host and must find again when it is gone back to
 * @param immutable nobody ever changes what is in its slots: those of several releases may name the
 *     same files
 * @param unpackedSize bytes of all files, the sum of their lengths
 * @param entries files, directories and links in all layers
 */
public record Descriptor(
    PackageName name,
    Version version,
    Platform platform,
    List<Service> services,
    HealthCheck health,
    Hooks hooks,
    List<Account> accounts,
    List<Directory> directories,
    List<ConfigFile> configFiles,
    Set<String> setuid,
    Set<String> capabilities,
    Data data,
    boolean immutable,
    long unpackedSize,
    long entries) {

  /** How many entries a package may have. */
  public static final int MOST_ENTRIES = 250_000;

  /** In bytes, what the names of all entries may take of the 64 MiB of memory that a daemon has. */
  public static final long LARGEST_NAMES = 24 << 20;

  /** One that keeps no data and promises nothing. */
  public Descriptor(
      PackageName name,
      Version version,
      Platform platform,
      List<Service> services,
      HealthCheck health,
      Hooks hooks,
      List<Account> accounts,
      List<Directory> directories,
      List<ConfigFile> configFiles,
      Set<String> setuid,
      Set<String> capabilities,
      long unpackedSize,
      long entries) {
    this(
        name,
        version,
        platform,
        services,
        health,
        hooks,
        accounts,
        directories,
        configFiles,
        setuid,
        capabilities,
        Data.NONE,
        false,
        unpackedSize,
        entries);
  }

  public Descriptor {
    services = List.copyOf(services);
    accounts = List.copyOf(accounts);
    directories = List.copyOf(directories);
    configFiles = List.copyOf(configFiles);
    setuid = Set.copyOf(setuid);
    capabilities = Set.copyOf(capabilities);
  }

  /**
   * One service of the package.
   *
   * @param name the unit's name on systemd, e.g. {@code node-exporter.service}; a plain label
   *     elsewhere
   * @param unitFile path in the slot of the unit file that a systemd host installs. In it
   *     {@code @CURRENT@} stands for the absolute path of the package's {@code current} link
   * @param command how a supervised host starts it; null: this service cannot run supervised
   */
  public record Service(String name, @Nullable String unitFile, @Nullable Command command) {}

  /**
   * A program to run, without a shell.
   *
   * @param argv the first word is relative to the slot unless it is absolute; {@code @CURRENT@} is
   *     replaced as in unit files
   * @param user whom it runs as; null: the daemon's own user
   * @param stopTimeout from the polite signal to the kill
   */
  public record Command(
      List<String> argv, Map<String, String> env, @Nullable String user, Duration stopTimeout) {
    public Command {
      argv = List.copyOf(argv);
      env = Map.copyOf(env);
    }
  }

  /** Programs around the switch; null: none. There are none on the way back. */
  public record Hooks(@Nullable Hook beforeSwitch, @Nullable Hook afterSwitch) {
    public static final Hooks NONE = new Hooks(null, null);
  }

  /** One hook; it fails when it does not exit 0 within its timeout. */
  public record Hook(List<String> argv, Duration timeout) {
    public Hook {
      argv = List.copyOf(argv);
    }
  }

  /** A system user (with a group of the same name) to create when it does not exist. */
  public record Account(String user) {}

  /** A directory to create when it does not exist. Mode is octal text, e.g. {@code 0750}. */
  public record Directory(String path, String owner, String mode) {}

  /** A file copied from the slot to an absolute path when nothing is there; never changed after. */
  public record ConfigFile(String source, String path, String owner, String mode) {}

  /**
   * The data of the agent.
   *
   * @param state absolute paths of directories, none inside another: a revert brings them back as
   *     they were before the candidate first started
   * @param pointOfNoReturn this release changes its data so that older ones cannot read it
   */
  public record Data(List<String> state, boolean pointOfNoReturn) {
    public static final Data NONE = new Data(List.of(), false);

    public Data {
      state = List.copyOf(state);
    }
  }

  /** About what the name of an entry takes of {@link #LARGEST_NAMES}. */
  public static long held(String name) {
    return 100 + 2L * name.length();
  }
}
