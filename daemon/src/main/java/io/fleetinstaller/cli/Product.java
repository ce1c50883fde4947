package io.fleetinstaller.cli;

import java.nio.file.Path;

/**
 * What the program of each platform brings to its command line.
 *
 * @param config where the settings lie unless a person says otherwise
 * @param socket where the daemon listens unless the settings say otherwise
 * @param checkup what {@code doctor} falls back on
 * @param diagnoser what gathers evidence for whoever helps
 * @param itself how the program comes onto a host, and to a newer release
 */
public record Product(
    Path config,
    Path socket,
    DaemonStarter daemon,
    Checkup checkup,
    Diagnoser diagnoser,
    Itself itself) {}
