package io.fleetinstaller.source;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** What the audit log was told while this was open. */
public final class AuditLog implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("audit");
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  public AuditLog() {
    appender.start();
    logger.addAppender(appender);
  }

  /** A line for each refusal, as {@code level code role seen trusted}. */
  public List<String> lines() {
    return List.copyOf(appender.list).stream()
        .map(event ->
            "%s %s %s %s %s"
                .formatted(
                    event.getLevel(),
                    value(event, "code"),
                    value(event, "role"),
                    value(event, "seen"),
                    value(event, "trusted")))
        .toList();
  }

  /** The sentences. */
  public List<String> events() {
    return List.copyOf(appender.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  public List<String> mirrors() {
    return List.copyOf(appender.list).stream().map(event -> value(event, "mirror")).toList();
  }

  public void forget() {
    appender.list.clear();
  }

  private static String value(ILoggingEvent event, String key) {
    for (KeyValuePair pair : event.getKeyValuePairs()) {
      if (pair.key.equals(key)) {
        return String.valueOf(pair.value);
      }
    }
    throw new AssertionError("no " + key + " in " + event);
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
  }
}
