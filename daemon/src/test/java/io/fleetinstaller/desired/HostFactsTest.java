package io.fleetinstaller.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetinstaller.io.Document;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.Platform;
import io.fleetinstaller.release.Version;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HostFactsTest {

  /** Worked out with sha256sum. */
  @Test
  void the_id_is_a_hash_of_machine_id_and_product() {
    assertThat(HostFacts.id(Optional.of("0123ABCD\n"), Optional.of(" 4c4c4544-0042\n")))
        .contains("354c734bcb4cf19349d94c4ed8ba41b47be5fc59743d074c15aef910292053f2");
    assertThat(HostFacts.id(Optional.empty(), Optional.of("UUID")))
        .contains("ae4b1e08258bee329d80662746f8aac47db310bf944b94298da234731e1a12db");
  }

  @Test
  void without_either_there_is_no_id() {
    assertThat(HostFacts.id(Optional.empty(), Optional.empty())).isEmpty();
    assertThat(HostFacts.id(Optional.of("\n"), Optional.of(""))).isEmpty();
    assertThat(HostFacts.id(Optional.of("m"), Optional.empty())).isPresent();
  }

  @Test
  void a_tag_has_one_value_or_several() throws Refused {
    Document section = Document.yaml("test", Scene.bytes("{env: prod, role: [web, db], n: 1.10}"));

    assertThat(HostFacts.tags(section))
        .containsEntry("env", Set.of("prod"))
        .containsEntry("role", Set.of("web", "db"))
        .containsEntry("n", Set.of("1.10"));
  }

  @Test
  void a_tag_of_another_kind_is_refused() {
    assertThatThrownBy(
            () -> HostFacts.tags(Document.yaml("test", Scene.bytes("{env: {prod: true}}"))))
        .isInstanceOf(Refused.class);
  }

  @Test
  void an_id_that_could_be_two_lines_is_refused() {
    assertThatThrownBy(() ->
            new HostFacts(
                "a\nb", "h", new Platform("linux", "amd64"), new TreeMap<>(), new Version("1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a?b' is not an id");
  }
}
