import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Completes the distribution around its jars: a Java runtime with what they need and nothing else,
 * the launcher, the units, and archives of classes. Run by the build as a single source file:
 * {@code java Distribution.java <sources> <distribution> <units>}.
 */
final class Distribution {
  /**
   * What the program uses; naming and management are the wishes of logback, cryptoki is how {@code
   * repo} signs with a token.
   */
  private static final Set<String> LINKED =
      Set.of(
          "java.base",
          "java.logging",
          "java.management",
          "java.naming",
          "java.xml",
          "jdk.crypto.cryptoki",
          "jdk.crypto.ec",
          "jdk.net",
          "jdk.unsupported");

  /**
   * What jars name in code that we never enter: bean properties in pack200, circuit breakers and
   * YAML binding. A module that is in neither set stops the build, so that somebody decides.
   */
  private static final Set<String> LEFT_OUT = Set.of("java.desktop");

  private static final List<String> OPTIONS =
      List.of("--strip-debug", "--no-header-files", "--no-man-pages", "--compress=zip-6");

  /** How zstd-jni calls our platform; its library finds its place in the runtime. */
  private static final String NATIVE =
      "linux/%s/".formatted(System.getProperty("os.arch").replace("x86_64", "amd64"));

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path sources = Path.of(arguments[0]);
    Path distribution = Path.of(arguments[1]);
    link(distribution, distribution.resolveSibling("runtime.stamp"));
    natives(distribution.resolve("lib"), distribution.resolve("runtime/lib"));
    copy(sources, distribution);
    units(Path.of(arguments[2]), distribution.resolve("units"));
    archives(sources.resolveSibling("build").resolve("archives"), distribution);
  }

  /** By the program, which upgrades a package for it; what serves that comes with this JDK. */
  private static void archives(Path script, Path distribution)
      throws IOException, InterruptedException {
    String jdk = System.getProperty("java.home");
    Process making =
        new ProcessBuilder(script.toString(), distribution.toString(), jdk).inheritIO().start();
    if (making.waitFor() != 0) {
      throw new IllegalStateException("cannot make the archives of classes: see above");
    }
  }

  /** In a package a unit finds the program through the link to the slot that is current. */
  private static void units(Path sources, Path units) throws IOException {
    Files.createDirectories(units);
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.toList()) {
        String text = Files.readString(file).replace("/opt/fleet-installer/", "@CURRENT@/");
        Files.writeString(units.resolve(file.getFileName()), text);
      }
    }
  }

  /** Linking takes seconds, so a runtime made from the same JDK, options and libraries stays. */
  private static void link(Path distribution, Path stamp) throws IOException {
    Path runtime = distribution.resolve("runtime");
    List<String> jars = jars(distribution.resolve("lib"));
    List<String> command = new ArrayList<>(OPTIONS);
    command.add("--add-modules=" + String.join(",", new TreeSet<>(LINKED)));
    command.add("--output=" + runtime);
    String recipe = "%s%n%s%n%s%n".formatted(Runtime.version(), command, jars);
    if (Files.exists(stamp) && Files.readString(stamp).equals(recipe)) {
      return;
    }
    Files.deleteIfExists(stamp);
    delete(runtime);
    checkModules(jars);
    run("jlink", command);
    Files.writeString(stamp, recipe);
  }

  /**
   * Takes the native libraries out of the jars: ours goes where the runtime looks first, so that no
   * start unpacks it into a temporary file, and those of twenty other platforms are left out.
   */
  private static void natives(Path lib, Path target) throws IOException {
    for (String name : jars(lib)) {
      Path jar = Path.of(name);
      if (!jar.getFileName().toString().startsWith("zstd-jni-")) {
        continue;
      }
      Path slim = jar.resolveSibling("slim");
      try (JarFile file = new JarFile(jar.toFile());
          JarOutputStream out = new JarOutputStream(Files.newOutputStream(slim))) {
        for (JarEntry entry : Collections.list(file.entries())) {
          if (!isNative(entry.getName())) {
            JarEntry kept = new JarEntry(entry.getName());
            kept.setTime(entry.getTime());
            out.putNextEntry(kept);
            file.getInputStream(entry).transferTo(out);
          } else if (entry.getName().startsWith(NATIVE)) {
            Path library = target.resolve(Path.of(entry.getName()).getFileName());
            Files.copy(file.getInputStream(entry), library, StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
      Files.move(slim, jar, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static boolean isNative(String name) {
    return name.endsWith(".so") || name.endsWith(".dll") || name.endsWith(".dylib");
  }

  private static List<String> jars(Path lib) throws IOException {
    try (Stream<Path> jars = Files.list(lib)) {
      return jars.map(Path::toString).sorted().toList();
    }
  }

  private static void checkModules(List<String> jars) throws IOException {
    Path classes = Files.createTempDirectory("classes");
    try {
      for (String jar : jars) {
        unpack(Path.of(jar), classes);
      }
      checkModules(classes);
    } finally {
      delete(classes);
    }
  }

  /** Without module declarations: they ask for modules that are left out on purpose. */
  private static void unpack(Path jar, Path classes) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : Collections.list(file.entries())) {
        String name = entry.getName();
        if (name.endsWith(".class") && name.contains("/") && !name.startsWith("META-INF/")) {
          Path target = classes.resolve(name);
          Files.createDirectories(target.getParent());
          Files.copy(file.getInputStream(entry), target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static void checkModules(Path classes) {
    List<String> command = List.of("--ignore-missing-deps", "--list-deps", classes.toString());
    // internal packages are listed as module/package, and warnings stand between the lines
    List<String> undecided =
        run("jdeps", command)
            .lines()
            .map(line -> line.strip().replaceFirst("/.*", ""))
            .filter(name -> ModuleFinder.ofSystem().find(name).isPresent())
            .filter(name -> !LINKED.contains(name) && !LEFT_OUT.contains(name))
            .toList();
    if (!undecided.isEmpty()) {
      throw new IllegalStateException(
          "cannot link the runtime: the jars name %s; add them to LINKED or LEFT_OUT"
              .formatted(undecided));
    }
  }

  private static void copy(Path sources, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        Path copy = target.resolve(sources.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(
            file, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }

  private static String run(String tool, List<String> command) {
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said);
    int status =
        ToolProvider.findFirst(tool)
            .orElseThrow()
            .run(writer, writer, command.toArray(String[]::new));
    if (status != 0) {
      throw new IllegalStateException("cannot run %s %s: %s".formatted(tool, command, said));
    }
    return said.toString();
  }
}
