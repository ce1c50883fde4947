package io.fleetinstaller.diagnose;

import io.fleetinstaller.api.Client;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.PackageName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Gathers everything about a host, with a daemon that answers or without one. */
public final class Diagnosis {
  private final Scene scene;
  private final Part withoutDaemon;

  /**
   * @param checkup what doctor finds when no daemon answers
   */
  public Diagnosis(Scene scene, Checkup checkup) {
    this.scene = scene;
    this.withoutDaemon = new Part("doctor-without-daemon.json", checkup::json);
  }

  /** What can be found out without asking the daemon. */
  @FunctionalInterface
  public interface Checkup {
    String json() throws Fault;
  }

  /**
   * Writes the archive.
   *
   * @return the parts that could not be had, and why
   */
  public List<String> write(Path output) throws Fault, InterruptedException {
    List<Part> parts = new ArrayList<>();
    Client client = new Client(scene.socket());
    for (String document : List.of("status", "plan", "history", "doctor")) {
      parts.add(new Part(document + ".json", () -> client.get("/v1/" + document)));
    }
    parts.add(withoutDaemon);
    Set<PackageName> packages = new Copies(scene.packages()).names();
    Set<String> units = new Copies(scene.packages()).units();
    parts.addAll(new StateFiles(scene).parts());
    parts.addAll(new Machine(scene).parts());
    parts.addAll(new UnitParts(scene, units).parts());
    parts.addAll(new AgentLogs(scene.state(), packages).parts());
    return new Bundle(scene.time()).write(parts, output);
  }
}
