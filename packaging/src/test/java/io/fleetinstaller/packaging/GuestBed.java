package io.fleetinstaller.packaging;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.TestAbortedException;

/**
 * Lends all system tests one {@link Guest}. Where there can be none (no root, no systemd-nspawn)
 * they are skipped, loudly; with {@code CI=true} in the environment they fail instead.
 */
public final class GuestBed implements BeforeAllCallback, ParameterResolver {
  private static final List<String> TOOLS =
      List.of("systemd-nspawn", "mmdebstrap", "nsenter", "unshare", "apt-get", "zstd", "openssl");

  @Override
  public void beforeAll(ExtensionContext context) {
    Optional<String> missing = missing();
    if (missing.isPresent() && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("system tests cannot run here: " + missing.get());
    }
    if (missing.isPresent()) {
      System.err.println("*** SKIPPED " + context.getDisplayName() + ": " + missing.get() + " ***");
      throw new TestAbortedException(missing.get());
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Guest.class;
  }

  @Override
  public Guest resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return Bed.GUEST;
  }

  /** Lasts as long as this process: where each class of tests is run apart, they still share it. */
  private static final class Bed {
    static final Guest GUEST = boot();
  }

  private static Guest boot() {
    Path product = Path.of(System.getProperty("distribution"));
    if (!Files.isExecutable(product.resolve("bin/fleet-installer"))) {
      throw new AssertionError("no product in " + product.toAbsolutePath() + "; run mvn package");
    }
    Guest guest = Guest.up(Path.of("src/test/bed").toAbsolutePath(), product);
    Runtime.getRuntime().addShutdownHook(new Thread(guest::close));
    return guest;
  }

  private static Optional<String> missing() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.of("they boot a container, which needs root");
    }
    return TOOLS.stream()
        .filter(tool -> !onPath(tool))
        .findFirst()
        .map(tool -> "they need " + tool + "; install Debian's systemd-container and mmdebstrap");
  }

  static boolean onPath(String tool) {
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(System.getenv("PATH") + ":/usr/sbin:/sbin")
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }
}
