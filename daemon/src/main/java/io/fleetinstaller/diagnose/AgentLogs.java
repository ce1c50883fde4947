package io.fleetinstaller.diagnose;

import io.fleetinstaller.release.PackageName;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What the agents of a supervised host wrote. */
record AgentLogs(Path state, Set<PackageName> packages) {
  List<Part> parts() {
    return packages.stream()
        .map(PackageName::value)
        .flatMap(name -> Texts.folder("logs/" + name, state.resolve("logs").resolve(name)).stream())
        .toList();
  }
}
