package io.fleetinstaller;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The table of failures from the field names tests that are there, and every tag is in it. */
class FieldFailuresTest {
  private static final int ROWS = 74;
  private static final Path TABLE = Path.of("docs/field-failures.md");
  private static final Pattern ROW =
      Pattern.compile("\\| (F\\d\\d) \\| [^|]+ \\| ([^|]+) \\| ([^|]+) \\|");
  private static final Pattern UNTESTED = Pattern.compile("does not apply: ");
  private static final Pattern NAMED = Pattern.compile("`(\\w+)(?:#(\\w+))?`");
  private static final Pattern TAG = Pattern.compile("@Tag\\(\"(F\\d\\d)\"\\)");

  private final Map<String, String> rows = new TreeMap<>();

  /** Source text by the name of the test class. */
  private final Map<String, String> tests = new TreeMap<>();

  @BeforeEach
  void read() throws IOException {
    Path root = root();
    Matcher row = ROW.matcher(Files.readString(root.resolve(TABLE)));
    while (row.find()) {
      rows.put(row.group(1), UNTESTED.matcher(row.group(2)).lookingAt() ? "" : row.group(3));
    }
    for (String module : Set.of("daemon", "systemd", "packaging")) {
      try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/test/java"))) {
        for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
          tests.merge(
              file.getFileName().toString().replace(".java", ""),
              Files.readString(file),
              String::concat);
        }
      }
    }
  }

  @Test
  void every_row_is_there_and_names_tests_that_carry_its_id() {
    assertThat(rows.keySet())
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, ROWS).mapToObj("F%02d"::formatted).toList());
    rows.forEach((id, named) -> {
      Matcher test = NAMED.matcher(named);
      while (test.find()) {
        String source = tests.getOrDefault(test.group(1), "");
        String tagged = test.group(2) == null ? source : annotations(source, test.group(2));
        assertThat(tagged).as(id + " " + test.group()).contains("@Tag(\"" + id + "\")");
      }
      assertThat(named.isEmpty() || NAMED.matcher(named).find()).as(id).isTrue();
    });
  }

  /** What stands above a method; nothing when there is no such method. */
  private static String annotations(String source, String method) {
    String before = source.substring(0, Math.max(0, source.indexOf("void " + method + "(")));
    return before.substring(before.lastIndexOf("\n\n") + 1);
  }

  @Test
  void every_tag_is_told_in_the_table() {
    Set<String> missing = new TreeSet<>();
    tests.forEach((name, source) -> {
      Matcher tag = TAG.matcher(source);
      while (tag.find()) {
        if (!rows.getOrDefault(tag.group(1), "").contains("`" + name)) {
          missing.add(tag.group(1) + " of " + name);
        }
      }
    });
    assertThat(missing).isEmpty();
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve(TABLE))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
