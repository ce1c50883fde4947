package io.fleetinstaller.diagnose;

import io.fleetinstaller.host.Guard;
import io.fleetinstaller.io.Bounded;
import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Listing;
import io.fleetinstaller.release.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What the daemon keeps and what it is told, as it lies on disk. */
record StateFiles(Scene scene) {
  private static final int LARGEST_ROLE = 16 << 20;

  /** Whatever else lies there may be a token that the settings name. */
  private static final Pattern OURS =
      Pattern.compile(
          "(?:policy(?:\\.copy)?\\.json|policy\\.lost|lock|notes\\.json)(?:\\.corrupt)?");

  List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    Path state = scene.state();
    parts.add(new Part("settings/installer.yaml", () -> Texts.end(scene.config())));
    scene
        .desired()
        .ifPresent(file -> parts.add(new Part("settings/desired.yaml", () -> Texts.end(file))));
    if (!scene.refused().isEmpty()) {
      parts.add(new Part("settings/refused.txt", () -> scene.refused() + "\n"));
    }
    parts.addAll(Texts.folder("state", state, OURS.asMatchPredicate()));
    parts.addAll(Texts.folder("state/source", state.resolve("source"), OURS.asMatchPredicate()));
    for (String folder : List.of("armed", "fired", "claims")) {
      parts.addAll(Texts.folder("state/" + folder, state.resolve(folder)));
    }
    parts.addAll(Texts.folder("guard", scene.packages().resolve(Guard.FOLDER)));
    for (String folder : List.of("journals", "children")) {
      parts.addAll(folders("state/" + folder, state.resolve(folder)));
    }
    parts.add(new Part("trust.txt", this::trust));
    return parts;
  }

  private static List<Part> folders(String name, Path folder) {
    List<Part> parts = new ArrayList<>();
    try {
      Listing.of(folder).stream()
          .filter(child -> Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS))
          .sorted()
          .map(child -> Texts.folder(name + "/" + child.getFileName(), child))
          .forEach(parts::addAll);
    } catch (IOException _) {
      return List.of();
    }
    return parts;
  }

  /** Which version of each role is trusted, and until when. */
  private String trust() throws IOException {
    StringBuilder text = new StringBuilder();
    role(text, scene.trustRoot());
    Listing.of(scene.state().resolve("trust")).stream()
        .filter(Files::isRegularFile)
        .sorted()
        .forEach(role -> role(text, role));
    return text.toString();
  }

  private static void role(StringBuilder text, Path file) {
    text.append(file).append(": ");
    try {
      byte[] bytes = Bounded.read(file, LARGEST_ROLE);
      Document signed = Document.json(file.toString(), bytes, LARGEST_ROLE).object("signed");
      text.append("version %d, ".formatted(signed.number("version", 0, Long.MAX_VALUE)))
          .append("expires %s, ".formatted(signed.text("expires")))
          .append("%d bytes%n".formatted(bytes.length));
    } catch (IOException e) {
      text.append("cannot be read: %s%n".formatted(Texts.why(e)));
    } catch (Fault fault) {
      text.append("cannot be read: %s%n".formatted(fault.getMessage()));
    }
  }
}
