package io.fleetinstaller.trust;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A repository of another implementation, in a folder of the test resources. */
record Fixture(Path folder) implements Remote {

  static Fixture of(String name) {
    return new Fixture(resource("datadog-go-tuf/" + name));
  }

  static Path resource(String name) {
    try {
      return Path.of(Fixture.class.getResource("/tuf/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** A host that has stored what the fixture's client had, and trusts the root of that. */
  Client client() {
    Client client = new Client(this, read("client/root.json"));
    try {
      Files.createDirectories(client.folder);
      for (String role : List.of("root", "timestamp", "snapshot", "targets")) {
        Path stored = folder.resolve("client/" + role + ".json");
        if (Files.exists(stored)) {
          Files.copy(stored, client.folder.resolve(role + ".json"));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return client;
  }

  byte[] read(String name) {
    try {
      return Files.readAllBytes(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public byte[] fetch(String path, long maxBytes) throws Fault {
    Path file = folder.resolve(path);
    if (!Files.exists(file)) {
      throw new Fault.Refused(ReasonCode.NOT_FOUND, "cannot find " + path);
    }
    byte[] bytes = read(path);
    if (bytes.length > maxBytes) {
      throw new Fault.Refused(ReasonCode.TOO_LARGE, path + " is too large");
    }
    return bytes;
  }
}
