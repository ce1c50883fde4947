package io.fleetinstaller.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;

/**
 * What reading YAML takes beside reading JSON. It stands apart so that a program that reads JSON
 * alone, as a cold {@code status} does, loads nothing of it.
 */
final class Yaml {
  private Yaml() {}

  static JsonFactory factory(StreamReadConstraints constraints) {
    return YAMLFactory.builder().streamReadConstraints(constraints).build();
  }

  /** Whether an anchor, an alias or a tag stands here. */
  static boolean refers(JsonParser parser) throws IOException {
    return parser instanceof YAMLParser yaml
        && (yaml.isCurrentAlias() || yaml.getObjectId() != null || yaml.getTypeId() != null);
  }
}
