package io.fleetinstaller.registry;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.HealthCheck;
import io.fleetinstaller.release.HealthCheck.Probe;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the part of a descriptor that says how to tell whether the package is well. */
final class HealthFormat {
  private static final Duration LONGEST = Duration.ofDays(7);
  private static final Set<String> KINDS = Set.of("service", "http", "tcp", "exec", "log");

  private HealthFormat() {}

  static HealthCheck read(Document health) throws Refused {
    HealthCheck usual = HealthCheck.DEFAULT;
    List<Probe> probes = probes(health);
    HealthCheck read =
        new HealthCheck(
            upTo(health, "startPeriod", usual.startPeriod()),
            DescriptorFormat.bounded(health, "interval", usual.interval()),
            DescriptorFormat.bounded(health, "timeout", usual.timeout()),
            (int)
                health.optionalNumber("failureThreshold", 1, 100).orElse(usual.failureThreshold()),
            upTo(health, "stableFor", usual.stableFor()),
            upTo(health, "deadline", usual.deadline()),
            probes.isEmpty() ? usual.probes() : probes);
    if (read.deadline().compareTo(read.stableFor()) <= 0) {
      throw health.refuse("deadline", "it must be longer than stableFor, or nothing is confirmed");
    }
    health.done();
    return read;
  }

  private static Duration upTo(Document health, String key, Duration otherwise) throws Refused {
    Duration found = health.duration(key, otherwise);
    if (found.compareTo(LONGEST) > 0) {
      throw health.refuse(key, "it must be at most 7d");
    }
    return found;
  }

  private static List<Probe> probes(Document health) throws Refused {
    List<Probe> probes = new ArrayList<>();
    for (Document probe : health.objects("probes")) {
      boolean required = required(probe);
      List<String> kinds = probe.keys().stream().filter(KINDS::contains).toList();
      if (kinds.size() != 1) {
        throw probe.refuse(
            kinds.isEmpty() ? "" : kinds.get(1),
            "a probe is exactly one of exec, http, log, service, tcp");
      }
      probes.add(probe(kinds.getFirst(), probe.object(kinds.getFirst()), required));
      probe.done();
    }
    return probes;
  }

  private static boolean required(Document probe) throws Refused {
    return switch (probe.optionalText("severity").orElse("required")) {
      case "required" -> true;
      case "wanted" -> false;
      case String other ->
          throw probe.refuse("severity", "it must be required or wanted, not " + other);
    };
  }

  private static Probe probe(String kind, Document body, boolean required) throws Refused {
    Probe probe =
        switch (kind) {
          case "service" -> new HealthCheck.ServiceUp(required);
          case "http" -> http(body, required);
          case "tcp" -> new HealthCheck.Tcp((int) body.number("port", 1, 65535), required);
          case "exec" -> new HealthCheck.Exec(DescriptorFormat.argv(body), required);
          case String log ->
              new HealthCheck.LogAbsent(body.value("absent", HealthFormat::regex), required);
        };
    body.done();
    return probe;
  }

  private static Probe http(Document body, boolean required) throws Refused {
    return new HealthCheck.Http(
        body.value("url", HealthFormat::url),
        (int) body.optionalNumber("status", 100, 599).orElse(200),
        body.optionalValue("body", HealthFormat::regex).orElse(null),
        required);
  }

  private static URI url(String text) {
    URI url = URI.create(text);
    if (url.getHost() == null || !Set.of("http", "https").contains(url.getScheme())) {
      throw new IllegalArgumentException(
          "'%s' is not an http or https address with a host".formatted(text));
    }
    return url;
  }

  private static String regex(String text) {
    Pattern.compile(text);
    return text;
  }
}
