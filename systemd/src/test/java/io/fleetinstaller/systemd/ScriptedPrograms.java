package io.fleetinstaller.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Programs;
import java.util.ArrayDeque;
import java.util.Deque;

/** Answers exactly the calls that a test expects, in their order, and fails on any other. */
final class ScriptedPrograms implements Programs {
  private record Line(String words, int status, boolean timedOut, String output, String errors) {}

  private final Deque<Line> script = new ArrayDeque<>();

  /** Expects these words, and answers with success and this output. */
  ScriptedPrograms expect(String words, String output) {
    script.add(new Line(words, 0, false, output, ""));
    return this;
  }

  /** Expects these words, and answers with success and silence. */
  ScriptedPrograms expect(String words) {
    return expect(words, "");
  }

  /** Expects these words, and fails. */
  ScriptedPrograms fail(String words, int status, String errors) {
    script.add(new Line(words, status, false, "", errors));
    return this;
  }

  /** Expects these words, and is killed at the timeout. */
  ScriptedPrograms hang(String words) {
    script.add(new Line(words, 137, true, "", ""));
    return this;
  }

  /** Expects the question for a unit's state, and answers it. */
  ScriptedPrograms show(String unit, String... properties) {
    String all = String.join(",", UnitState.PROPERTIES);
    return expect(
        "systemctl show --property=%s %s".formatted(all, unit), String.join("\n", properties));
  }

  @Override
  public Result run(Call call) {
    String words = String.join(" ", call.argv());
    Line line = script.poll();
    assertThat(words).isEqualTo(line == null ? "nothing more" : line.words());
    assertThat(call.environment()).containsEntry("LC_ALL", "C");
    return new Result(call, line.status(), line.timedOut(), line.output(), line.errors());
  }

  void assertDone() {
    assertThat(script).isEmpty();
  }
}
