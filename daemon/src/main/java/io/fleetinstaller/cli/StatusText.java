package io.fleetinstaller.cli;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.io.Sizes;
import io.fleetinstaller.release.Fault.Refused;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The table that {@code status} shows. Pure. */
final class StatusText {
  private final Document status;
  private final boolean coloured;

  private StatusText(Document status, boolean coloured) {
    this.status = status;
    this.coloured = coloured;
  }

  static String of(Document status, boolean coloured) throws Refused {
    return new StatusText(status, coloured).text();
  }

  private String text() throws Refused {
    StringBuilder text = new StringBuilder();
    List<Document> packages = status.objects("packages");
    if (packages.isEmpty()) {
      text.append("no packages: nothing is installed and nothing is asked for\n");
    } else {
      table(text, packages);
    }
    input(text, "settings");
    input(text, "source");
    problems(text);
    trusted(text);
    host(text);
    return text.toString();
  }

  private void table(StringBuilder text, List<Document> packages) throws Refused {
    Table table = new Table().row("PACKAGE", "CURRENT", "DESIRED", "STATE", "NEXT");
    Instant now = status.value("clock", Instant::parse);
    boolean unsigned = false;
    for (Document one : packages) {
      Optional<Document> current = one.optionalObject("current");
      table.row(
          one.text("package"),
          current.isPresent() ? Texts.version(current) : "-",
          desired(one),
          State.show(one.text("state"), coloured),
          next(one, now));
      unsigned |= isUnsigned(one);
    }
    text.append(table.text());
    if (unsigned) {
      text.append("* unsigned: asked for on this host, by no signed document\n");
    }
  }

  static boolean isUnsigned(Document one) throws Refused {
    Optional<Document> desired = one.optionalObject("desired");
    return desired.isPresent()
        && !desired.get().text("ensure").equals("leave")
        && !one.flag("signed", false);
  }

  private static String desired(Document one) throws Refused {
    String mark = isUnsigned(one) ? "*" : "";
    Optional<Document> desired = one.optionalObject("desired");
    if (desired.isEmpty() || desired.get().text("ensure").equals("leave")) {
      return "-";
    }
    Optional<Document> release = desired.get().optionalObject("release");
    return (release.isPresent() ? Texts.version(release) : "absent") + mark;
  }

  private static String next(Document one, Instant now) throws Refused {
    Optional<Document> upgrade = one.optionalObject("upgrade");
    if (upgrade.isPresent()) {
      String waits = Texts.plain(Texts.waits(upgrade.get(), now));
      return Stage.of(upgrade.get()).text() + waits + "; " + Texts.route(upgrade.get());
    }
    if (one.text("state").equals("stuck")) {
      return Texts.reason(one.object("last").object("reason"));
    }
    return Texts.reason(one.object("outlook").object("reason"));
  }

  private void input(StringBuilder text, String key) throws Refused {
    Document input = status.object(key);
    Optional<Document> error = input.optionalObject("error");
    if (error.isPresent()) {
      Optional<Instant> lastGood = input.optionalValue("lastGood", Instant::parse);
      text.append("! ")
          .append(Texts.reason(error.get()))
          .append(
              lastGood
                  .map(at -> "; what was read at " + Texts.minute(at) + " stays in use")
                  .orElse("; none of it is in use"))
          .append('\n');
    }
  }

  private void problems(StringBuilder text) throws Refused {
    for (Document problem : status.objects("problems")) {
      text.append("! ").append(Texts.reason(problem)).append('\n');
    }
  }

  private void trusted(StringBuilder text) throws Refused {
    Optional<Document> found = status.optionalObject("trusted");
    if (found.isEmpty()) {
      return;
    }
    Document trusted = found.get();
    for (Document refused : trusted.objects("refused")) {
      text.append("! ").append(Texts.reason(refused)).append('\n');
    }
    for (Document mirror : trusted.objects("mirrors")) {
      text.append("! %s was passed over: ".formatted(Texts.plain(mirror.text("url"))))
          .append(Texts.reason(mirror.object("reason")))
          .append('\n');
    }
    text.append(
        "signed config %s of %s, valid until %s\n"
            .formatted(
                trusted.object("versions").optionalNumber("timestamp", 0, Long.MAX_VALUE).orElse(0),
                Texts.plain(status.object("source").text("place")),
                Texts.minute(trusted.value("validUntil", Instant::parse))));
  }

  private void host(StringBuilder text) throws Refused {
    Document daemon = status.object("daemon");
    Document disk = status.object("disk");
    long free = disk.number("free", 0, Long.MAX_VALUE);
    if (free < disk.number("reserve", 0, Long.MAX_VALUE)) {
      text.append("! disk-full: %s has less free than its reserve\n".formatted(disk.text("path")));
    }
    text.append(
        "%s: fleet-installer %s (%s) since %s, %s free on %s\n"
            .formatted(
                status.object("machine").text("name"),
                daemon.text("version"),
                daemon.text("host"),
                Texts.minute(daemon.value("since", Instant::parse)),
                Sizes.text(free),
                disk.text("path")));
  }
}
