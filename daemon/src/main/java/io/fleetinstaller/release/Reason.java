package io.fleetinstaller.release;

import java.util.List;

/**
 * Why something was refused, waits or went back.
 *
 * @param sentence for people: lower case, no full stop, ends in what to do if anything can be done
 * @param evidence what was seen, oldest line first; redacted and cut when it was captured
 */
public record Reason(ReasonCode code, String sentence, List<String> evidence) {
  public Reason {
    evidence = List.copyOf(evidence);
  }

  public Reason(ReasonCode code, String sentence) {
    this(code, sentence, List.of());
  }

  /** The same reason with more evidence behind what it has. */
  public Reason with(List<String> more) {
    return new Reason(
        code, sentence, java.util.stream.Stream.concat(evidence.stream(), more.stream()).toList());
  }

  @Override
  public String toString() {
    return code.text() + ": " + sentence;
  }
}
