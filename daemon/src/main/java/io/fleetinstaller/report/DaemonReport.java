package io.fleetinstaller.report;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The daemon about itself; asked for it, it reads nothing.
 *
 * @param formats of the state that it writes as long as its own upgrade is not confirmed, by name
 */
public record DaemonReport(String version, long pid, SortedMap<String, Long> formats) {
  public DaemonReport {
    formats = new TreeMap<>(formats);
  }

  /** The document that {@code /v1/daemon} answers. */
  public Tree tree() {
    Tree written = new Tree();
    formats.forEach(written::put);
    return Tree.document().put("version", version).put("pid", pid).put("formats", written);
  }
}
