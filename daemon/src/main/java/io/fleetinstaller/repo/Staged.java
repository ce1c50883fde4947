package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.trust.Remote;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A repository as clients would find it: what is published, and over it what is about to be.
 *
 * @param files in the order in which they must appear, the timestamp last
 */
record Staged(Folder published, Map<String, byte[]> files) implements Remote {
  Staged {
    files = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }

  @Override
  public byte[] fetch(String path, long maxBytes) throws Fault {
    Optional<byte[]> staged = Optional.ofNullable(files.get(path));
    byte[] bytes =
        (staged.isPresent() ? staged : published.read(path))
            .orElseThrow(() ->
                new Refused(
                    ReasonCode.NOT_FOUND,
                    "cannot find %s in %s".formatted(path, published.path())));
    if (bytes.length > maxBytes) {
      throw new Refused(
          ReasonCode.TOO_LARGE,
          "cannot read %s: %d bytes are more than %d".formatted(path, bytes.length, maxBytes));
    }
    return bytes;
  }

  /** Writes what differs, one whole file after the other. */
  void write() throws Fault {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Optional<byte[]> there = published.read(file.getKey());
      if (there.isEmpty() || !Arrays.equals(there.get(), file.getValue())) {
        published.write(file.getKey(), file.getValue());
      }
    }
  }
}
