package io.fleetinstaller.systemd;

import io.fleetinstaller.io.Programs;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.ReasonCode;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words we say to systemd. None of them waits for the job of a package's service: one that
 * hangs must not hang us.
 */
final class Systemctl {
  /** Systemd answers at once unless the machine is in deep trouble. */
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final Programs programs;

  Systemctl(Programs programs) {
    this.programs = programs;
  }

  /** What systemd knows of a unit, whether there is such a unit or not. */
  Map<String, String> show(String unit, List<String> properties)
      throws Fault, InterruptedException {
    Programs.Result result =
        say(
            "read the state of " + unit,
            "show",
            "--property=" + String.join(",", properties),
            unit);
    Map<String, String> values = new HashMap<>();
    for (String line : result.output().lines().filter(text -> !text.isBlank()).toList()) {
      int sign = line.indexOf('=');
      if (sign < 1 || !properties.contains(line.substring(0, sign))) {
        throw new Fault.Transient(
            ReasonCode.HOST_FAILED,
            "cannot read the state of %s: systemctl answers '%s'".formatted(unit, line));
      }
      values.put(line.substring(0, sign), line.substring(sign + 1));
    }
    return values;
  }

  /** How long the machine had run when this systemd began. */
  Duration began() throws Fault, InterruptedException {
    String sign = "UserspaceTimestampMonotonic=";
    String answer =
        say("ask systemd when it began", "show", "--property=UserspaceTimestampMonotonic")
            .output()
            .strip();
    if (!answer.matches(sign + "[1-9][0-9]{0,17}")) {
      throw new Fault.Transient(
          ReasonCode.HOST_FAILED, "systemctl says of when systemd began: '%s'".formatted(answer));
    }
    return Duration.of(Long.parseLong(answer.substring(sign.length())), ChronoUnit.MICROS);
  }

  void reload() throws Fault, InterruptedException {
    say("make systemd read its unit files", "daemon-reload");
  }

  void restart(String unit) throws Fault, InterruptedException {
    say("restart " + unit, "restart", "--no-block", unit);
  }

  void start(String unit) throws Fault, InterruptedException {
    say("start " + unit, "start", "--no-block", unit);
  }

  /** Starts one that does something and ends, and waits for that. */
  void runToItsEnd(String unit) throws Fault, InterruptedException {
    say("run " + unit, "start", unit);
  }

  void stop(String unit) throws Fault, InterruptedException {
    say("stop " + unit, "stop", "--no-block", unit);
  }

  void kill(String unit) throws Fault, InterruptedException {
    // What is to be killed may have gone in this moment; whoever waits for it looks again anyway.
    call("kill", "--signal=KILL", "--kill-who=all", unit);
  }

  void enable(String unit) throws Fault, InterruptedException {
    say("enable " + unit, "enable", "--no-reload", unit);
  }

  void disable(String unit) throws Fault, InterruptedException {
    say("disable " + unit, "disable", "--no-reload", unit);
  }

  /** Forgets failures and start limits; a unit that systemd has not loaded has none. */
  void resetFailed(String unit) throws Fault, InterruptedException {
    call("reset-failed", unit);
  }

  private Programs.Result say(String what, String... words) throws Fault, InterruptedException {
    return call(words).orFail(what);
  }

  private Programs.Result call(String... words) throws Fault, InterruptedException {
    List<String> argv = new ArrayList<>(List.of("systemctl"));
    argv.addAll(List.of(words));
    return programs.run(Programs.Call.of(LIMIT, argv.toArray(String[]::new)));
  }
}
