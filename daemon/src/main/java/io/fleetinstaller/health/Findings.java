package io.fleetinstaller.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the probes of one trial answered: the last answer of each, and how often which. */
final class Findings {
  private final List<Line> lines = new ArrayList<>();

  Findings(List<Probe> probes) {
    probes.forEach(probe -> lines.add(new Line(probe)));
  }

  List<Line> lines() {
    return lines;
  }

  /** The first required probe whose last answer was no. */
  Optional<Line> failing() {
    return lines.stream()
        .filter(line -> line.probe.required() && line.last instanceof Answer.Failed)
        .findFirst();
  }

  /** A required probe whose last answer was no answer. */
  Optional<Line> unclear() {
    return lines.stream()
        .filter(line -> line.probe.required() && line.last instanceof Answer.Unclear)
        .findFirst();
  }

  List<String> evidence() {
    return lines.stream().map(Line::evidence).toList();
  }

  /** One probe and its answers so far. */
  static final class Line {
    private final Probe probe;
    private Answer last = new Answer.Unclear("not asked yet");
    private int passed;
    private int failed;
    private int unclear;

    private Line(Probe probe) {
      this.probe = probe;
    }

    Probe probe() {
      return probe;
    }

    void record(Answer answer) {
      last = answer;
      switch (answer) {
        case Answer.Passed _ -> passed++;
        case Answer.Failed _ -> failed++;
        case Answer.Unclear _ -> unclear++;
      }
    }

    /** The question and the last answer in one phrase. */
    String phrase() {
      return probe.question() + ": " + last.saw();
    }

    private String evidence() {
      return "probe %s [%s; %d passed, %d failed, %d unclear]"
          .formatted(phrase(), probe.required() ? "required" : "wanted", passed, failed, unclear);
    }
  }
}
