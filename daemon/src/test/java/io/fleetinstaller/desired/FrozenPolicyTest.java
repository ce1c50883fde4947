package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.DurableDisk;
import io.fleetinstaller.io.Frozen;
import io.fleetinstaller.release.PackageName;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The local policy of format 1 is read, and written, for ever. */
class FrozenPolicyTest {
  private static final PackageName AGENT = new PackageName("agent");

  @TempDir Path folder;

  @Test
  void policy() throws Exception {
    Path file = Frozen.copy("policy.json", folder);
    PolicyFile policy = PolicyFile.first(folder, new DurableDisk());

    Policy read = ((PolicyFile.Good) policy.look()).policy();
    policy.write(read);

    assertThat(read.overrides().get(AGENT).decision().by()).isEqualTo("ann");
    assertThat(read.pins()).containsKey(AGENT);
    assertThat(read.holds()).containsKey(AGENT);
    assertThat(Frozen.tree(Files.readAllBytes(file)))
        .isEqualTo(Frozen.tree(Frozen.bytes("policy.json")));
  }
}
