package io.fleetinstaller.cli;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.packages.Build;
import io.fleetinstaller.packages.Ownership;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that say how a directory becomes a package. */
final class Recipe {
  private static final String EPOCH = "SOURCE_DATE_EPOCH";

  /** What an archive has room for. */
  private static final long LATEST = 077777777777L;

  @Option(
      names = "--tag",
      paramLabel = "TAG",
      description = "What it is called in the layout; else its version.")
  private String tag = "";

  @Option(
      names = "--owner",
      paramLabel = "PATH=USER[:GROUP]",
      description = "Who owns this path of the package and all below; else root. May be repeated.")
  private Map<String, String> owners = new LinkedHashMap<>();

  @Option(
      names = "--level",
      paramLabel = "N",
      defaultValue = "19",
      description = "How hard zstd works, from 1 to ${DEFAULT-VALUE}; else as hard as it can.")
  private int level = Compression.HARDEST;

  Build build(Session session, Path directory, Path descriptor, Path layout) throws Refused {
    if (level < 1 || level > Compression.HARDEST) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot accept --level %d: it must be from 1 to %d"
              .formatted(level, Compression.HARDEST));
    }
    return new Build(directory, descriptor, layout, tag, ownership(), modified(session), level);
  }

  private Ownership ownership() throws Refused {
    try {
      return Ownership.parse(owners);
    } catch (IllegalArgumentException e) {
      throw new Refused(ReasonCode.BAD_REQUEST, "cannot accept --owner: " + e.getMessage());
    }
  }

  private static Instant modified(Session session) throws Refused {
    String seconds = session.terminal().environment().getOrDefault(EPOCH, "0");
    if (!seconds.matches("[0-9]{1,10}") || Long.parseLong(seconds) > LATEST) {
      throw new Refused(
          ReasonCode.BAD_REQUEST,
          "cannot accept $%s: '%s' is not a number of seconds from 0 to %d"
              .formatted(EPOCH, seconds, LATEST));
    }
    return Instant.ofEpochSecond(Long.parseLong(seconds));
  }
}
