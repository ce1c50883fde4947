package io.fleetinstaller.desired;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Reason;
import io.fleetinstaller.release.ReasonCode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether signed config may change this host, and who decided that.
 *
 * @param decidedBy for people: a file's key, or a variable
 * @param problem why what was meant to decide could not be read; then they are off
 */
public record RemoteUpdates(boolean on, String decidedBy, Optional<Reason> problem) {
  public static final String VARIABLE = "DD_REMOTE_UPDATES";
  private static final String KEY = "remote_updates";

  public static RemoteUpdates off(String decidedBy, Reason problem) {
    return new RemoteUpdates(false, decidedBy, Optional.of(problem));
  }

  /**
   * The settings decide; where they are silent the environment, then datadog.yaml; a datadog.yaml
   * that is silent too means off, and none at all means on.
   *
   * @param setting policy.remoteUpdates of installer.yaml
   * @param datadogYaml what it holds, if there is one. It belongs to the agent's user: whatever is
   *     in it, it can only mean on or off
   */
  public static RemoteUpdates decide(
      Optional<Boolean> setting, Map<String, String> environment, Optional<byte[]> datadogYaml) {
    if (setting.isPresent()) {
      return new RemoteUpdates(
          setting.get(), "policy.remoteUpdates of installer.yaml", Optional.empty());
    }
    String variable = environment.get(VARIABLE);
    if (variable != null && !variable.isBlank()) {
      return said(VARIABLE + " of the environment", variable);
    }
    return datadogYaml
        .map(RemoteUpdates::datadog)
        .orElseGet(() -> new RemoteUpdates(true, "nobody forbids it", Optional.empty()));
  }

  private static RemoteUpdates datadog(byte[] bytes) {
    try {
      @Nullable Object value = Document.yaml("datadog.yaml", bytes).tree().get(KEY);
      return value == null || value.toString().isBlank()
          ? new RemoteUpdates(false, "datadog.yaml, which is silent about it", Optional.empty())
          : said(KEY + " of datadog.yaml", value.toString());
    } catch (Refused unreadable) {
      return off("datadog.yaml", unreadable.reason());
    }
  }

  private static RemoteUpdates said(String where, String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on", "1" -> new RemoteUpdates(true, where, Optional.empty());
      case "false", "no", "off", "0" -> new RemoteUpdates(false, where, Optional.empty());
      default ->
          off(
              where,
              new Reason(
                  ReasonCode.BAD_SETTINGS,
                  "cannot tell whether %s means on or off; write true or false".formatted(where)));
    };
  }
}
