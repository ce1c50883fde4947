package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Frozen;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slot of format 1 is one for every later release, and what is sealed today is one of them. */
class FrozenSealTest {
  @TempDir Path folder;

  @Test
  void release_and_marker() throws Exception {
    Path slot = folder.resolve("1.0-111111111111");
    Frozen.copy("release.json", slot.resolve(Layout.RESERVED));
    Frozen.copy("valid", slot.resolve(Layout.RESERVED));
    Seal seal = new Seal(slot);

    Optional<Release> release = seal.release(new PackageName("agent"));
    Seal.Marks marks = seal.marks().orElseThrow();

    assertThat(release).map(Release::version).map(Object::toString).contains("1.0");
    assertThat(Frozen.tree(Seal.release(release.orElseThrow())))
        .isEqualTo(Frozen.tree(Frozen.bytes("release.json")));
    assertThat(Frozen.tree(Seal.marker(marks.contents(), marks.descriptor())))
        .isEqualTo(Frozen.tree(Frozen.bytes("valid")));
  }
}
