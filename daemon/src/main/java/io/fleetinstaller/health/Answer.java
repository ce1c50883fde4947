package io.fleetinstaller.health;

/** What a probe saw. Text from outside is redacted and cut by whoever captures it. */
sealed interface Answer {
  String saw();

  record Passed(String saw) implements Answer {}

  /** The workload's doing. */
  record Failed(String saw) implements Answer {}

  /** The question could not be asked, and the workload is not to blame. */
  record Unclear(String saw) implements Answer {}
}
