package io.fleetinstaller.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rows whose columns line up. The last column is as wide as it likes. */
final class Table {
  private static final String GAP = "  ";
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9]*m");

  private final List<List<String>> rows = new ArrayList<>();

  Table row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        line.append(row.get(column));
        if (column < row.size() - 1) {
          line.repeat(" ", width(column) - length(row.get(column))).append(GAP);
        }
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private int width(int column) {
    return rows.stream()
        .filter(row -> row.size() > column)
        .mapToInt(row -> length(row.get(column)))
        .max()
        .orElse(0);
  }

  private static int length(String cell) {
    return COLOUR.matcher(cell).replaceAll("").length();
  }
}
