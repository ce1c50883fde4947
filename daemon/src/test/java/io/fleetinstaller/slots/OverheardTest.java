package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fleetinstaller.io.Compression;
import io.fleetinstaller.io.TarEntry;
import io.fleetinstaller.release.Digest;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import io.fleetinstaller.toc.Toc;
import java.io.InputStream;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class OverheardTest {
  private static final int HELD = 10 << 20;

  @Test
  void no_more_is_kept_of_an_unproven_archive_than_a_table_may_hold() throws Exception {
    Overheard overheard = listening();
    List<Toc.Entry> said = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      TarEntry entry = folder("folder-" + i, Map.of("odd", new byte[1 << 20]));
      overheard.content(entry, new Nothing());
      said.add(new Toc.Entry(entry, Optional.empty(), List.of()));
    }

    Refused refused = catchThrowableOfType(Refused.class, () -> overheard.check(new Toc(said)));

    assertThat(refused.reason().code()).isEqualTo(ReasonCode.TOC_MISMATCH);
  }

  @Test
  void only_what_the_table_says_too_is_accepted() throws Exception {
    Overheard overheard = listening();
    TarEntry entry = folder("folder", Map.of());
    overheard.content(entry, new Nothing());

    Toc same = new Toc(List.of(new Toc.Entry(entry, Optional.empty(), List.of())));
    Toc other =
        new Toc(List.of(new Toc.Entry(folder("another", Map.of()), Optional.empty(), List.of())));
    Toc later = new Toc(List.of(new Toc.Entry(later(entry), Optional.empty(), List.of())));

    assertThatCode(() -> overheard.check(same)).doesNotThrowAnyException();
    assertThatCode(() -> overheard.check(other)).isInstanceOf(Refused.class);
    assertThatCode(() -> overheard.check(later))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("its time of last change");
  }

  private static TarEntry later(TarEntry said) {
    FileTime then = FileTime.from(said.modified().toInstant().plusSeconds(1));
    return new TarEntry(
        said.name(), said.kind(), said.mode(), said.owner(), then, 0, "", Map.of(), List.of());
  }

  private static Overheard listening() throws Refused {
    Toc.Location location = new Toc.Location(Digest.of(new byte[10]), 100, 10, 100);
    Layer.Packed layer =
        new Layer.Packed(
            1000,
            Compression.ZSTD,
            InputStream::nullInputStream,
            Optional.empty(),
            Optional.of(location));
    return Overheard.of(layer, Parcel.agent("1").delivery(), HELD).orElseThrow();
  }

  private static TarEntry folder(String name, Map<String, byte[]> xattrs) {
    return new TarEntry(
        name,
        TarEntry.Kind.DIRECTORY,
        0755,
        TarEntry.Owner.ROOT,
        Parcel.THEN,
        0,
        "",
        xattrs,
        List.of());
  }

  private record Nothing() implements Content {
    @Override
    public void write(NewFile file) {}

    @Override
    public Optional<Digest> digest() {
      return Optional.empty();
    }

    @Override
    public void check(Digest found) {}
  }
}
