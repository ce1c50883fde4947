package io.fleetinstaller.release;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One whole copy of a release on disk.
 *
 * @param path the slot itself, not a link to it
 * @param current the link of the package through which its service finds whichever slot is current
 */
public record Slot(Release release, Path path, Path current, Descriptor descriptor) {

  /** The text with the absolute path of {@code current} for each {@code @CURRENT@} in it. */
  public String expand(String text) {
    return text.replace("@CURRENT@", current.toAbsolutePath().toString());
  }

  /** The expanded words of a program of this slot, the path of the program made absolute. */
  public List<String> command(List<String> argv) {
    List<String> words = new ArrayList<>(argv.stream().map(this::expand).toList());
    words.set(0, path.toAbsolutePath().resolve(words.getFirst()).toString());
    return words;
  }
}
