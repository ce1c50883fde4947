package io.fleetinstaller.repo;

import java.nio.file.Path;
import java.util.List;

/**
 * Whoever gives a command.
 *
 * @param keys files of private keys that she brings, each with its NAME.pub beside it
 */
public record Holder(Passphrases passphrases, List<Path> keys) {
  public Holder {
    keys = List.copyOf(keys);
  }
}
