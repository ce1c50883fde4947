package io.fleetinstaller;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The size limits of the house, for the main sources of all modules. */
class ShapeTest {
  private static final int FILE_LINES = 400;
  private static final int METHOD_LINES = 40;
  private static final int PARAMETERS = 4;
  private static final int USUAL_FILE_LINES = 250;
  private static final int USUAL_METHOD_LINES = 20;

  @Test
  void no_file_and_no_method_is_over_a_limit() throws IOException {
    List<SourceShape> shapes = mainSources();

    List<String> complaints = shapes.stream().flatMap(ShapeTest::complaints).toList();

    assertThat(complaints).isEmpty();
  }

  @Test
  void nineteen_of_twenty_files_are_small() throws IOException {
    List<SourceShape> shapes = mainSources();

    List<Integer> lines = shapes.stream().map(SourceShape::lines).sorted().toList();

    assertThat(p95(lines))
        .as("95th percentile of lines per file; over it: %s", names(shapes, USUAL_FILE_LINES))
        .isLessThanOrEqualTo(USUAL_FILE_LINES);
  }

  @Test
  void nineteen_of_twenty_methods_are_small() throws IOException {
    List<SourceShape.Method> methods = methods(mainSources()).toList();

    List<Integer> lines = methods.stream().map(SourceShape.Method::lines).sorted().toList();

    assertThat(p95(lines))
        .as(
            "95th percentile of lines per method; over it: %s",
            methods.stream()
                .filter(method -> method.lines() > USUAL_METHOD_LINES)
                .map(method -> "%s (%d)".formatted(method.at(), method.lines()))
                .toList())
        .isLessThanOrEqualTo(USUAL_METHOD_LINES);
  }

  @Test
  void a_complaint_names_the_file_the_line_and_the_limit() throws IOException {
    String longMethod = "\n  void unpack() {" + "\n    go();".repeat(45) + "\n  }";
    String wideMethod = "\n  Toy(int a, int b, int c, int d, int e) {}";
    String wideRecord = "\n  record Wide(int a, int b, int c, int d, int e) { Wide {} }";

    var shapes =
        SourceShape.of(
            List.of(source("class Toy {" + longMethod + wideMethod + wideRecord + "\n}\n")));

    assertThat(shapes.stream().flatMap(ShapeTest::complaints))
        .containsExactly(
            "Toy.java:2 unpack is 47 lines; the house limit is 40",
            "Toy.java:49 Toy has 5 parameters; the house limit is 4");
  }

  @Test
  void a_long_file_is_named() throws IOException {
    String source = "class Toy {" + "\n".repeat(400) + "}\n";

    var shapes = SourceShape.of(List.of(source(source)));

    assertThat(shapes.stream().flatMap(ShapeTest::complaints))
        .containsExactly("Toy.java is 401 lines; the house limit is 400");
  }

  private static Stream<String> complaints(SourceShape shape) {
    return Stream.of(
            Stream.of(shape)
                .filter(file -> file.lines() > FILE_LINES)
                .map(file -> says(file.file() + " is %d lines", file.lines(), FILE_LINES)),
            over(shape, method -> method.lines() > METHOD_LINES)
                .map(method -> says(method.at() + " is %d lines", method.lines(), METHOD_LINES)),
            over(shape, method -> method.parameters() > PARAMETERS)
                .map(method ->
                    says(method.at() + " has %d parameters", method.parameters(), PARAMETERS)))
        .flatMap(complaint -> complaint);
  }

  private static Stream<SourceShape.Method> over(
      SourceShape shape, Predicate<SourceShape.Method> limit) {
    return shape.methods().stream().filter(limit);
  }

  private static String says(String what, int found, int limit) {
    return (what + "; the house limit is %d").formatted(found, limit);
  }

  private static int p95(List<Integer> sorted) {
    return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(sorted.size() * 0.95) - 1);
  }

  private static List<String> names(List<SourceShape> shapes, int limit) {
    return shapes.stream()
        .filter(shape -> shape.lines() > limit)
        .map(shape -> "%s (%d)".formatted(shape.file(), shape.lines()))
        .toList();
  }

  private static Stream<SourceShape.Method> methods(List<SourceShape> shapes) {
    return shapes.stream().flatMap(shape -> shape.methods().stream());
  }

  private static List<SourceShape> mainSources() throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var modules = Files.list(repository());
        var files = compiler.getStandardFileManager(null, null, null)) {
      List<Path> sources =
          modules.map(module -> module.resolve("src/main/java")).flatMap(ShapeTest::java).toList();
      return SourceShape.of(files.getJavaFileObjectsFromPaths(sources));
    }
  }

  private static Stream<Path> java(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Stream.empty();
    }
    try (var files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Tests run in their module's folder, or in the repository's own when an editor starts them. */
  private static Path repository() {
    Path here = Path.of("").toAbsolutePath();
    return Files.isDirectory(here.resolve("daemon")) ? here : here.getParent();
  }

  private static JavaFileObject source(String text) {
    return new SimpleJavaFileObject(URI.create("string:///Toy.java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }
}
