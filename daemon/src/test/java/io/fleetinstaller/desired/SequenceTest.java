package io.fleetinstaller.desired;

import static io.fleetinstaller.desired.Scene.AGENT;
import static io.fleetinstaller.desired.Scene.agent;
import static io.fleetinstaller.desired.Scene.exactly;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Desired;
import io.fleetinstaller.release.PackageName;
import io.fleetinstaller.release.Release;
import io.fleetinstaller.release.Version;
import org.junit.jupiter.api.Test;

/** The agent comes after the package {@code base}. */
class SequenceTest {
  private static final PackageName BASE = new PackageName("base");
  private static final PackageName THIRD = new PackageName("third");
  private static final String AFTER_BASE = exactly("a", "2", 'b') + ",'after':['base']";

  @Test
  void a_first_install_waits_for_the_packages_before_it() {
    Scene scene = scene().deployments("prod", BASE, of(BASE, ""));

    assertThat(scene.outcome()).isEqualTo("after-another");
    assertThat(scene.why().sentence())
        .isEqualTo("agent is installed after base, as ann (deployment a) wants it");
    assertThat(scene.why().evidence()).isEmpty();
    assertThat(scene.wish().want().release()).contains(agent("2", 'b'));
    assertThat(Scene.outcome(scene.wishes().get(BASE))).isEqualTo("run 1");
  }

  @Test
  void what_the_other_waits_for_is_told() {
    Scene scene = scene().deployments("prod", BASE, of(BASE, ",'paused':true"));

    assertThat(scene.outcome()).isEqualTo("after-another");
    assertThat(scene.why().evidence())
        .singleElement()
        .asString()
        .startsWith("base waits: paused: deployment base-1, asked for by ann, is paused");
  }

  @Test
  void once_the_other_is_there_nothing_waits() {
    Scene scene =
        scene()
            .deployments("prod", BASE, of(BASE, ""))
            .running(new Release(BASE, new Version("0.9"), Scene.digest('e')));

    assertThat(scene.outcome()).isEqualTo("run 2");
  }

  @Test
  void only_first_installs_wait() {
    Scene scene = scene().deployments("prod", BASE, of(BASE, "")).running(agent("1", 'a'));

    assertThat(scene.outcome()).isEqualTo("run 2");
  }

  @Test
  void nothing_waits_for_what_is_not_wanted_here() throws Exception {
    String elsewhere = of(BASE, ",'select':{'os':['windows']}");

    assertThat(scene().outcome()).isEqualTo("run 2");
    assertThat(scene().deployments("prod", BASE, elsewhere).outcome()).isEqualTo("run 2");
    assertThat(scene().policy("deny: [base]").deployments("prod", BASE, of(BASE, "")).outcome())
        .isEqualTo("run 2");
  }

  @Test
  void a_wait_with_an_end_is_told_first() {
    Scene scene =
        scene()
            .deployments(AFTER_BASE + ",'rollout':{'start':'2026-11-22T00:00:00Z'}")
            .deployments("prod", BASE, of(BASE, ""));

    assertThat(scene.outcome()).isEqualTo("wave until 2026-11-22T00:00:00Z");
  }

  @Test
  void packages_that_wait_for_each_other_are_a_conflict_and_others_wait_behind_them() {
    Scene scene =
        scene()
            .deployments("prod", BASE, of(BASE, ",'after':['third']"))
            .deployments("prod", THIRD, of(THIRD, ",'after':['base']"));

    Desired base = scene.wishes().get(BASE);

    assertThat(Scene.outcome(base)).isEqualTo("deployment-conflict");
    assertThat(Scene.outcome(scene.wishes().get(THIRD))).isEqualTo("deployment-conflict");
    assertThat(((Desired.Later) base.want()).why().sentence())
        .isEqualTo(
            "base comes after packages that come after it, so none of them can be the first; take one after away");
    assertThat(scene.outcome()).isEqualTo("after-another");
  }

  @Test
  void the_orders_of_all_winners_count() {
    Scene scene =
        scene()
            .deployments("canary", AGENT, exactly("b", "2", 'b') + ",'after':['third']")
            .deployments("prod", BASE, of(BASE, ""))
            .deployments("prod", THIRD, of(THIRD, ""));

    assertThat(scene.why().sentence()).contains("is installed after third, base,");
  }

  private static Scene scene() {
    return Scene.usual()
        .document("catalog/stable/base.json", catalog(BASE))
        .document("catalog/stable/third.json", catalog(THIRD))
        .deployments(AFTER_BASE);
  }

  private static String catalog(PackageName name) {
    return Scene.catalogText(name.value(), Scene.release("1", 'e', "2026-11-01T00:00:00Z"));
  }

  private static String of(PackageName name, String more) {
    return exactly(name + "-1", "1", 'e').replace("agent", name.value()) + more;
  }
}
