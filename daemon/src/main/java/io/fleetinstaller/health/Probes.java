package io.fleetinstaller.health;

import io.fleetinstaller.host.Host;
import io.fleetinstaller.release.HealthCheck;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Turns what a descriptor asks for into probes that can be asked. */
final class Probes {
  private Probes() {}

  static List<Probe> of(Host host, Trial trial) {
    return trial.terms().probes().stream().map(wish -> probe(wish, host, trial)).toList();
  }

  private static Probe probe(HealthCheck.Probe wish, Host host, Trial trial) {
    Duration timeout = trial.terms().timeout();
    return switch (wish) {
      case HealthCheck.ServiceUp up -> new ServiceProbe(host, trial.slot(), up.required());
      case HealthCheck.Http http ->
          new HttpProbe(
              http.url(),
              http.status(),
              Optional.ofNullable(http.body()),
              timeout,
              http.required());
      case HealthCheck.Tcp tcp -> new TcpProbe(tcp.port(), timeout, tcp.required());
      case HealthCheck.Exec exec ->
          new ExecProbe(host, trial.slot(), exec.argv(), timeout, exec.required());
      case HealthCheck.LogAbsent log ->
          new LogProbe(host, trial.slot(), trial.started(), log.pattern(), log.required());
    };
  }
}
