package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.packages.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark works, its shortest part at least. How fast anything is, is not asked here. */
class BenchIT {
  private static final long MOST_MINUTES = 10;
  private static final String HEAD =
      "| what | value | unit | baseline | ratio (spread) | budget | met |";

  @TempDir Path folder;

  @Test
  void it_ends_in_a_table_and_the_same_rows_as_json() throws Exception {
    Stream.of("curl", "docker-registry", "jq", "perl").forEach(Tools::find);
    Path json = folder.resolve("rows.json");
    String work = Script.work(folder).toString();

    Script bench =
        Script.run(
            MOST_MINUTES,
            folder,
            "bench",
            "--short",
            "--only",
            "switch",
            "--dir",
            work,
            "--json",
            json.toString());

    List<String> lines = bench.lines();
    assertThat(bench.status()).as("%s", lines).isZero();
    assertThat(lines).contains(HEAD);
    List<String> rows = lines.subList(lines.indexOf(HEAD) + 2, lines.size());
    assertThat(rows).isNotEmpty().doesNotHaveDuplicates();
    assertThat(said(json, ".name")).hasSameSizeAs(rows).doesNotHaveDuplicates();
    assertThat(said(json, "keys_unsorted | join(\" \")"))
        .containsOnly("name value unit baseline bound");
    assertThat(said(json, "[.name, .unit, .value, .baseline, .bound] | map(type) | join(\" \")"))
        .allMatch(types -> types.matches("string string number( (number|null)){2}"));
    try (Stream<Path> left = Files.list(Script.work(folder))) {
      assertThat(left).isEmpty();
    }
  }

  private static List<String> said(Path json, String ofEachRow) throws Exception {
    return Tools.run("jq", "-r", ".rows[] | " + ofEachRow, json).lines().toList();
  }
}
