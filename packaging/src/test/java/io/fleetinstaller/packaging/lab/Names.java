package io.fleetinstaller.packaging.lab;

import java.nio.file.Path;

/**
 * What the effects are called: the operation and the place, whatever package, release or upgrade it
 * is about, e.g. {@code replace armed} or {@code point current}.
 */
record Names(Path state, Path packages, Path units) {
  private static final int SLOT_DEPTH = 2;

  /** Whether an effect keeps or forgets a report, at whatever moment its thread comes to it. */
  static boolean isOfReports(String effect) {
    return effect.endsWith(" reports");
  }

  String of(String operation, Path path) {
    return operation + " " + place(path.toAbsolutePath().normalize());
  }

  String of(String operation, Path from, Path to) {
    return "%s to %s".formatted(of(operation, from), place(to.toAbsolutePath().normalize()));
  }

  private String place(Path path) {
    if (path.startsWith(state)) {
      Path inside = state.relativize(path);
      return inside.toString().isEmpty() ? "state" : visible(inside.getName(0).toString());
    }
    if (path.startsWith(packages)) {
      return inPackages(packages.relativize(path));
    }
    return path.startsWith(units) ? inUnits(units.relativize(path)) : "elsewhere";
  }

  private static String inPackages(Path inside) {
    int depth = inside.toString().isEmpty() ? 0 : inside.getNameCount();
    if (inside.startsWith(".guard")) {
      return "guard";
    }
    if (depth < SLOT_DEPTH) {
      return depth == 0 ? "packages" : "home";
    }
    String first = inside.getName(1).toString();
    if (first.equals(".staging")) {
      return inside.getNameCount() == SLOT_DEPTH ? "staging" : staged(inside);
    }
    if (first.equals(".begun")) {
      return "begun";
    }
    if (first.equals("current") || first.equals("previous")) {
      return first;
    }
    if (first.startsWith(".")) {
      return "prepared";
    }
    return depth == SLOT_DEPTH ? "slot" : "slot " + own(inside);
  }

  private static String staged(Path inside) {
    boolean whole = inside.getNameCount() == SLOT_DEPTH + 1;
    return whole ? "staged" : "staged " + own(inside);
  }

  /** What we put into a slot ourselves has its name, what the package brings has not. */
  private static String own(Path inside) {
    boolean ours = inside.toString().contains("/.fleet-installer/");
    return ours ? inside.getFileName().toString() : "file";
  }

  private static String inUnits(Path inside) {
    if (inside.toString().isEmpty()) {
      return "units";
    }
    String first = inside.getName(0).toString();
    String last = inside.getFileName().toString();
    String prepared = last.startsWith(".") ? "prepared " : "";
    if (first.endsWith(".wants") || first.endsWith(".requires")) {
      return prepared + "link of unit";
    }
    if (inside.getNameCount() > 1) {
      return "drop-in " + visible(last);
    }
    if (first.startsWith("fleet-installer")) {
      return first.replaceFirst("@.+\\.", "@.");
    }
    return prepared + (first.endsWith(".d") ? "drop-ins" : "unit");
  }

  private static String visible(String name) {
    return name.startsWith(".") ? "prepared " + name.substring(1) : name;
  }
}
