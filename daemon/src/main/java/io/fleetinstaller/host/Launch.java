package io.fleetinstaller.host;

import io.fleetinstaller.release.Descriptor.Command;
import io.fleetinstaller.release.Descriptor.Service;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Slot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How one service of a slot is started as a child process.
 *
 * @param wrapped its words, behind those of the programs that give it a session and a user of its
 *     own
 */
record Launch(
    PackageName name,
    String service,
    Path home,
    List<String> wrapped,
    Wrappers wrappers,
    Map<String, String> environment,
    Duration stopTimeout) {

  static Launch of(Slot slot, Service service, Command command, Wrappers wrappers) {
    Map<String, String> environment = new HashMap<>(command.env());
    environment.replaceAll((_, value) -> slot.expand(value));
    List<String> wrapped = new ArrayList<>(wrappers.inFront(command));
    wrapped.addAll(slot.command(command.argv()));
    return new Launch(
        slot.release().name(),
        service.name(),
        slot.path(),
        wrapped,
        wrappers,
        environment,
        command.stopTimeout());
  }
}
