package io.fleetinstaller.cli;

import java.nio.file.Path;
import java.util.List;

/**
 * What the program of each platform brings to its command line.
 *
 * @param config where the settings lie unless a person says otherwise
 * @param socket where the daemon listens unless the settings say otherwise
 * @param tools programs of the platform that the daemon calls
 */
public record Product(Path config, Path socket, List<String> tools, DaemonStarter daemon) {
  public Product {
    tools = List.copyOf(tools);
  }
}
