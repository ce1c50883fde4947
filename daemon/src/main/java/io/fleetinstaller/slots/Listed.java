package io.fleetinstaller.slots;

import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.toc.Toc;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * A file that a table of contents lists: whatever writes it, only what the table says counts.
 *
 * @param doing for sentences, e.g. {@code assemble agent 1.2 (0123456789ab)}
 * @param code of the refusal when its content is wrong
 */
record Listed(Toc.Entry entry, Source source, String doing, ReasonCode code) implements Content {

  /** What writes the content of a file. */
  @FunctionalInterface
  interface Source {
    void write(NewFile file) throws IOException, Fault, InterruptedException;
  }

  @Override
  public void write(NewFile file) throws IOException, Fault, InterruptedException {
    if (entry.header().size() > 0) {
      source.write(file);
    }
  }

  @Override
  public Optional<Digest> digest() {
    return entry.digest();
  }

  @Override
  public void check(Digest found) throws Refused {
    if (entry.header().size() > 0 && !entry.digest().equals(Optional.of(found))) {
      throw new Refused(
          code,
          "cannot %s: its file '%s' is %s, and its table of contents says %s"
              .formatted(
                  doing,
                  entry.header().name(),
                  found,
                  entry.digest().map(Digest::toString).orElse("nothing")));
    }
  }

  /**
   * How an entry of the archive differs from what the table says of it; empty: it does not.
   *
   * @param named whether the table is ours; those of others have no names of owners, and need not
   *     have times
   */
  static Optional<String> difference(TarEntry said, TarEntry found, boolean named) {
    if (!plain(said.name()).equals(plain(found.name()))) {
      return Optional.of("its name");
    }
    if (said.kind() != found.kind()) {
      return Optional.of("its kind");
    }
    if (said.kind() != TarEntry.Kind.SYMLINK && said.mode() != found.mode()) {
      return Optional.of("its mode");
    }
    if (!same(said.owner(), found.owner(), named)) {
      return Optional.of("its owner");
    }
    boolean timed = named || !said.modified().equals(Toc.NO_TIME);
    if (timed && !said.modified().equals(found.modified())) {
      return Optional.of("its time of last change");
    }
    if (said.size() != found.size()) {
      return Optional.of("its size");
    }
    if (!said.link().equals(found.link())) {
      return Optional.of("where it leads");
    }
    return same(said.xattrs(), found.xattrs())
        ? Optional.empty()
        : Optional.of("its extended attributes");
  }

  private static String plain(String name) {
    String rest = name.startsWith("./") ? name.substring(2) : name;
    return rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
  }

  private static boolean same(TarEntry.Owner said, TarEntry.Owner found, boolean named) {
    boolean numbers = said.uid() == found.uid() && said.gid() == found.gid();
    return named ? said.equals(found) : numbers;
  }

  private static boolean same(Map<String, byte[]> said, Map<String, byte[]> found) {
    return said.keySet().equals(found.keySet())
        && said.entrySet().stream()
            .allMatch(each -> Arrays.equals(each.getValue(), found.get(each.getKey())));
  }
}
